/* Any bytes as YAML: the tree stays within its limits, every node has a place, and a fault has one
 * too. */
#include "parse/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct yaml_limits limits = {.bytes = 4000, .nodes = 200, .depth = 8};

static size_t check_node(const struct yaml *node, int depth)
{
	size_t nodes = 1, children = 0;
	double number;
	bool flag;
	long long ms;

	if (depth > limits.depth || node->line < 1 || node->column < 1)
		abort();
	if ((node->kind == YAML_SCALAR) != (node->text != NULL))
		abort();
	yaml_number(node, &number, NULL);
	yaml_bool(node, &flag, NULL);
	yaml_duration(node, &ms, NULL);
	for (const struct yaml *child = node->child; child; child = child->next, children++) {
		nodes += check_node(child, depth + 1);
		if (node->kind == YAML_MAP && yaml_get(node, child->key) != child)
			abort();
	}
	if (children != node->n)
		abort();
	return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct yaml_doc *doc = yaml_parse((const char *)data, size, &limits, &err);

	if (!doc && (err.code == ERR_OK || !err.msg[0]))
		abort();
	if (doc && yaml_root(doc) && check_node(yaml_root(doc), 0) > limits.nodes)
		abort();
	yaml_doc_free(doc);
	return 0;
}
