/* The helper's two processes. The keeper is forked while the program is still bare of threads,
 * TLS and credentials, and forks the workers that run jq, one at a time. */
#ifndef HC_EVAL_HELPER_H
#define HC_EVAL_HELPER_H

/* One byte each from the client to the keeper. */
#define KEEPER_START 'S' /* ends the worker and forks a new one; its socket comes along */
#define KEEPER_KILL  'K' /* ends the worker */

/* Forks the keeper. Returns its end of the control socket's other side, close-on-exec, or -1 with
 * errno. The keeper ends itself and its worker when that socket closes. */
int keeper_start(void);

/* Sends an order; fd is the worker's socket, or -1. Returns -1 when the keeper is gone. */
int keeper_order(int control, char order, int fd);

/* The worker: serves frames from fd with jq until it closes. */
void helper_serve(int fd);

#endif
