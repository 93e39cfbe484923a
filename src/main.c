#include "app/app.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	exit(app_main(argc, argv));
}
