/* Filters that have a file of their own; profile/mapping.h says what a filter is. */
#ifndef HC_PROFILE_FILTER_H
#define HC_PROFILE_FILTER_H

#include "profile/mapping.h"

/* HAProxy counts a request at its frontend, at its backend and at the server that answered. The
 * rules give: every backend's answers three times with the reason "backend", without an origin
 * and with each of the two; the servers' as totals by node; the frontends' with the reason
 * "frontend" by route and with "frontends" without one. What remains is each request once: a
 * backend's by origin where servers are told at all, and what frontends answered themselves, by
 * route while there is but one. */
void haproxy_answers(struct mapping_own *own, struct names *names, struct dict *dict,
		     double *values);

/* Puts right the averages of HAProxy's exporter while there are few requests, whose number the
 * rules give as a total with the reason "samples". */
void haproxy_averages(struct mapping_own *own, struct names *names, struct dict *dict,
		      double *values);

/* Envoy counts an answer at its cluster, whoever made it. The rules give, all with the reason
 * "cluster": every answer as the upstream's; those with a code that Envoy answers itself once more
 * as the gateway's; and as totals by code what Envoy failed by itself. What remains is each answer
 * once, by origin. A failure that a retry made good explains no answer. */
void envoy_answers(struct mapping_own *own, struct names *names, struct dict *dict, double *values);

/* LiteLLM tells times by model and deployment, and of requests the route too. Where all that a
 * deployment answered for a model came by one route, its times are that route's; else they stay
 * without one. */
void litellm_routes(struct mapping_own *own, struct names *names, struct dict *dict,
		    double *values);

/* Of several workers each tells the budgets as it saw them last, with its pid, which the rules put
 * into the dim phase: the least that is left and the greatest limit are taken, once. */
void litellm_workers(struct mapping_own *own, struct names *names, struct dict *dict,
		     double *values);

#endif
