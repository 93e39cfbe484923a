/* The profile of the gateway of apply_server.h: one value, which is a list of addresses for the
 * blocks and an object for the limit. */
#ifndef HC_TESTS_ACT_TOY_H
#define HC_TESTS_ACT_TOY_H

#define TOY_SETTLE_MS 50
#define ACT_TOY_READ  "      - read: /value\n        let: {list: '.value // []', n0: .n}\n"

static const char act_toy[] =
	"name: toy\ntitle: Toy gateway\nsources: {}\nactions:\n"
	"  block-ip:\n"
	"    params: {ip: {type: cidr, from: client}}\n"
	"    steps:\n" ACT_TOY_READ
	"      - send: {put: /value, body: '$list + [$ip] | unique', if_match: true}\n"
	"    already: '$list | index($ip) != null'\n"
	"    before: '\"blocked: \" + ($list | join(\", \"))'\n"
	"    after: '\"blocked: \" + ($list + [$ip] | unique | join(\", \"))'\n"
	"    verify: {read: /value, until: '(.value // []) | index($ip) != null', within: 200ms}\n"
	"    undo: unblock-ip\n    idempotent: true\n    settle: 50ms\n" /* TOY_SETTLE_MS */
	"    volatile: lost when it restarts\n"
	"  unblock-ip:\n"
	"    params: {ip: {type: cidr, from: client}}\n"
	"    steps:\n" ACT_TOY_READ
	"      - send: {put: /value, body: '$list - [$ip]', if_match: true}\n"
	"    already: '$list | index($ip) == null'\n"
	"    verify: {read: /value, until: '(.value // []) | index($ip) == null', within: 200ms}\n"
	"    undo: block-ip\n    idempotent: true\n    volatile: false\n"
	"  set-limit:\n"
	"    params: {limit: {type: integer, min: 0, max: 1000}}\n"
	"    steps:\n"
	"      - read: /value\n        let: {old: '.value.limit // 100'}\n"
	"      - send: {post: /value, body: '{limit: $limit}', retry: '$status == 503'}\n"
	"    refuse: 'if $limit == 666 then \"never so many\" else null end'\n"
	"    before: '\"limit \\($old)\"'\n"
	"    after: '\"limit \\($limit)\"'\n"
	"    verify: {read: /value, until: '.value.limit == $limit', within: 200ms}\n"
	"    undo: set-limit\n    undo_with: {limit: '$old'}\n    volatile: false\n"
	"  disable-route:\n"
	"    params: {route: {type: name, from: route}}\n"
	"    steps:\n" ACT_TOY_READ "      - send: {put: /value, body: '[\"half\"]'}\n"
	"      - send: {post: '/refuse/{route}', body: '1'}\n"
	"    verify: {read: /value, until: '.n > $n0 + 1', within: 200ms}\n"
	"    undo: enable-route\n    volatile: false\n"
	"  enable-route:\n"
	"    params: {route: {type: name, from: route}}\n"
	"    steps:\n" ACT_TOY_READ "      - send: {delete: /value}\n"
	"    verify: {read: /value, until: '.value == null', within: 200ms}\n    volatile: false\n"
	"  drain-node:\n"
	"    params: {node: {type: name, from: node}}\n"
	"    steps:\n"
	"      - send: {post: '/refuse/{node}', body: '1'}\n"
	"    effect: nothing shows it\n    volatile: false\n"
	"  open-breaker:\n"
	"    params: {service: {type: name, from: service}}\n"
	"    steps:\n" ACT_TOY_READ
	"      - send: {post: /value, body: '{open: $service}', let: {opened: '.ok'}}\n"
	"      - read: /value\n        let: {n1: .n}\n"
	"      - if: '$opened'\n        send: {put: '/value?n={n1}', body: '{open: $n1}'}\n"
	"    effect: nothing shows it\n    volatile: false\n"
	"  block-model: {impossible: it has no models}\n";

#endif
