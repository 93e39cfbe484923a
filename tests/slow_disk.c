#include "slow_disk.h"

#include <check.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static bool held;
static int waiting;

#define METHODS 4 /* kinds of files: with and without locks */

static sqlite3_vfs *real, slow;
static struct methods {
	sqlite3_io_methods slow; /* first member */
	const sqlite3_io_methods *real;
} methods[METHODS];

static int sync_slowly(sqlite3_file *file, int flags)
{
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_cond_broadcast(&moved);
	while (held)
		pthread_cond_wait(&moved, &lock);
	waiting--;
	pthread_mutex_unlock(&lock);
	return ((const struct methods *)file->pMethods)->real->xSync(file, flags);
}

static int open_slowly(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		       int *ret_flags)
{
	int code = real->xOpen(real, name, file, flags, ret_flags);

	(void)vfs;
	if (file->pMethods) {
		int i = 0;

		while (methods[i].real && methods[i].real != file->pMethods)
			ck_assert_int_lt(++i, METHODS);
		methods[i] = (struct methods){*file->pMethods, file->pMethods};
		methods[i].slow.xSync = sync_slowly;
		file->pMethods = &methods[i].slow;
	}
	return code;
}

void slow_disk_install(void)
{
	real = sqlite3_vfs_find(NULL);
	slow = *real;
	slow.zName = "slow";
	slow.xOpen = open_slowly;
	ck_assert_int_eq(sqlite3_vfs_register(&slow, 1), SQLITE_OK);
}

static void set_held(bool value)
{
	pthread_mutex_lock(&lock);
	held = value;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

void slow_disk_hold(void)
{
	set_held(true);
}

void slow_disk_release(void)
{
	set_held(false);
}

void slow_disk_until_held(void)
{
	pthread_mutex_lock(&lock);
	while (!waiting)
		pthread_cond_wait(&moved, &lock);
	pthread_mutex_unlock(&lock);
}
