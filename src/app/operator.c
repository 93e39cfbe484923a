#include "app/operator.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *take(char *field, size_t cap, const char *text, size_t len)
{
	field[0] = '\0';
	if (text)
		utf8_sanitise(field, cap, text, len);
	return field;
}

static const char *take_text(char *field, size_t cap, const char *text)
{
	return take(field, cap, text, text ? strlen(text) : 0);
}

void identity_read(struct identity *ret_identity, const char *claimed)
{
	struct identity *who = ret_identity;
	const struct passwd *user = getpwuid(getuid());
	const char *ssh = getenv("SSH_CONNECTION");
	char host[256] = "", number[24];

	*who = (struct identity){.operator= {.uid = getuid()} };
	snprintf(number, sizeof(number), "#%u", (unsigned)getuid());
	gethostname(host, sizeof(host) - 1);
	who->operator.login =
		take_text(who->login, sizeof(who->login), user ? user->pw_name : number);
	who->operator.sudo_user =
		take_text(who->sudo_user, sizeof(who->sudo_user), getenv("SUDO_USER"));
	who->operator.ssh_client =
		take(who->ssh_client, sizeof(who->ssh_client), ssh, ssh ? strcspn(ssh, " ") : 0);
	who->operator.claimed = take_text(who->claimed, sizeof(who->claimed), claimed);
	who->operator.host = take_text(who->host, sizeof(who->host), host);
	snprintf(who->console, sizeof(who->console), "%s:%ld:%" PRId64, who->host, (long)getpid(),
		 clock_read().wall_ms);
	who->operator.console = who->console;
}
