/* Signals, turned into readiness of a file descriptor. */
#ifndef HC_APP_SIGNALS_H
#define HC_APP_SIGNALS_H

/* Catches the signals (0 ends the list) and returns the descriptor that becomes readable when
 * one came; -1 when there is none to be had. */
int signals_open(const int *signals);
void signals_close(void);

/* The next signal that came, or 0. The same one is given once, however often it came. */
int signals_next(void);

/* Lets the default action of SIGTSTP happen once: returns when the program goes on. */
void signals_stop_here(void);

#endif
