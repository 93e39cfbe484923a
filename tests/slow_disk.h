/* A disk that does not answer: SQLite's file system with a sync that waits. */
#ifndef HC_TESTS_SLOW_DISK_H
#define HC_TESTS_SLOW_DISK_H

/* Makes it the file system of all that is opened from now on. */
void slow_disk_install(void);
/* From now on a sync waits until it is let go. */
void slow_disk_hold(void);
void slow_disk_release(void);
/* Waits until one is waiting. */
void slow_disk_until_held(void);

#endif
