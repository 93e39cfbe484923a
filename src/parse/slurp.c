#include "parse/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int read_all(int fd, size_t cap_bytes, struct strbuf *out, struct err *err)
{
	char buf[16384];
	size_t sum = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_IO, "cannot be read: %s", strerror(errno));
		sum += (size_t)n;
		if (sum > cap_bytes)
			return err_set(err, ERR_LIMIT, "is larger than %zu bytes", cap_bytes);
		strbuf_add(out, buf, (size_t)n);
	}
	return 0;
}

int slurp(const char *path, size_t cap_bytes, struct strbuf *out, struct stat *ret_stat,
	  struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
			       "cannot be opened: %s", strerror(errno));
	if (fstat(fd, &st) < 0)
		rc = err_set(err, ERR_IO, "cannot be read: %s", strerror(errno));
	else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		rc = err_set(err, ERR_INVALID, "is not a file");
	else
		rc = read_all(fd, cap_bytes, out, err);
	close(fd);
	if (!rc && ret_stat)
		*ret_stat = st;
	return rc;
}
