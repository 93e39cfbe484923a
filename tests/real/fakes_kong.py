"""A fake of Kong 3.9 with a database: a proxy port that takes real requests, and the Admin API whose
figures and state come of them. Standard library only.

It has Kong's traps: metrics that are off until the plugin prometheus is told otherwise, buckets in ms
that show with their first request, workers that share their counters once a second, requests without
a route that are counted nowhere. How long a request took, its path says: /slow/MS. It is not waited
for, so that the figures to expect are exact.
"""

import collections
import http.client
import http.server
import ipaddress
import json
import time

from fakes import Fake, merge, segments

KONG_MS = (1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000)
REQUEST_MS = (25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10000, 30000, 60000)
OWN_MS = 2  # what Kong itself takes for each request
KEYS = {"k-app": "app", "k-batch": "batch"}
COUNTERS = {"kong_http_requests_total": "counter", "kong_bandwidth_bytes": "counter",
            "kong_kong_latency_ms": "histogram", "kong_upstream_latency_ms": "histogram",
            "kong_request_latency_ms": "histogram"}
SWITCHES = {"kong_http_requests_total": "status_code_metrics",
            "kong_bandwidth_bytes": "bandwidth_metrics"}


def labelled(name, **labels):
    inside = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{name}{{{inside}}}"


class FakeKong(Fake):
    """The Admin API."""

    def fresh():
        FakeKong.page_max = 4
        FakeKong.changes, FakeKong.dbless, FakeKong.overwritten = [], False, None
        FakeKong.workers = [collections.Counter(), collections.Counter()]
        FakeKong.shared = collections.Counter()
        FakeKong.shared_s = time.monotonic()
        FakeKong.scrapes = 0
        FakeKong.routes = {"catalog": "/catalog", "checkout": "/checkout", "records": "/patient"}
        FakeKong.health = {"10.0.0.1:80": ("HEALTHY", 90), "10.0.0.2:80": ("UNHEALTHY", 10),
                           "gone.test:80": ("DNS_ERROR", 10), "10.0.0.3:80": ("HEALTHCHECKS_OFF", 0)}
        FakeKong.plugins = {
            "p1": {"id": "p1", "name": "prometheus", "enabled": True, "route": None,
                   "service": None, "consumer": None, "config": {
                       "status_code_metrics": False, "latency_metrics": False,
                       "bandwidth_metrics": False, "upstream_health_metrics": False}},
            "p2": {"id": "p2", "name": "ip-restriction", "enabled": True, "route": None,
                   "service": None, "consumer": None,
                   "config": {"deny": ["203.0.113.9", "198.51.100.0/24"], "allow": None}},
            "p3": {"id": "p3", "name": "ip-restriction", "enabled": False, "consumer": None,
                   "service": None, "route": {"id": "records"}, "config": {"deny": ["10.9.9.9"]}},
            "p4": {"id": "p4", "name": "key-auth", "enabled": True, "route": None, "service": None,
                   "consumer": None, "config": {"key_names": ["apikey"]}},
            "p5": {"id": "p5", "name": "ip-restriction", "enabled": True, "consumer": None,
                   "route": None, "service": {"id": "shop"}, "config": {"deny": ["192.0.2.1"]}}}

    def on(switch):
        plugin = FakeKong.plugins["p1"]
        return plugin["enabled"] and plugin["config"][switch]

    def count(worker, route, code, source, consumer, own_ms, upstream_ms, sent, got):
        """One request that a worker has answered; upstream_ms is None when none was asked."""
        into = FakeKong.workers[worker]
        of = {"service": "shop", "route": route}
        who = {"workspace": "default", "consumer": consumer}
        into[labelled("kong_http_requests_total", **of, code=code, source=source, **who)] += 1
        into[labelled("kong_bandwidth_bytes", **of, direction="ingress", **who)] += got
        into[labelled("kong_bandwidth_bytes", **of, direction="egress", **who)] += sent
        times = [("kong_kong_latency_ms", own_ms, KONG_MS),
                 ("kong_request_latency_ms", own_ms + (upstream_ms or 0), REQUEST_MS)]
        if upstream_ms is not None:
            times.append(("kong_upstream_latency_ms", upstream_ms, REQUEST_MS))
        for name, took_ms, bounds in times:
            for bound in [*bounds, "+Inf"]:
                if bound == "+Inf" or took_ms <= bound:
                    into[labelled(name + "_bucket", **of, workspace="default", le=bound)] += 1
            into[labelled(name + "_count", **of, workspace="default")] += 1
            into[labelled(name + "_sum", **of, workspace="default")] += took_ms

    def share(workers):
        for worker in workers:
            FakeKong.shared.update(worker)
            worker.clear()

    def metrics():
        """Of the worker that answers everything, of the others what was there a second ago."""
        FakeKong.scrapes += 1
        FakeKong.share(FakeKong.workers[:1])
        if time.monotonic() - FakeKong.shared_s >= 1:
            FakeKong.share(FakeKong.workers)
            FakeKong.shared_s = time.monotonic()
        lines = []
        for name, kind in COUNTERS.items():
            if FakeKong.on(SWITCHES.get(name, "latency_metrics")):
                lines.append(f"# HELP {name} {name}\n# TYPE {name} {kind}")
                lines += [f"{series} {n}" for series, n in sorted(FakeKong.shared.items())
                          if series.startswith(name)]
        lines.append("# TYPE kong_nginx_connections_total gauge")
        for subsystem in ("http", "stream"):
            for state, n in (("accepted", 900), ("active", 7), ("handled", 900), ("total", 4000)):
                lines.append(labelled("kong_nginx_connections_total", node_id="b1",
                                      subsystem=subsystem, state=state) + f" {n}")
        # A gauge by its type, and it counts our own readings of it.
        lines.append("# TYPE kong_nginx_requests_total gauge\n" + labelled(
            "kong_nginx_requests_total", node_id="b1", subsystem="http") +
            f" {4000 + FakeKong.scrapes}")
        if FakeKong.on("upstream_health_metrics"):
            lines.append("# TYPE kong_upstream_target_health gauge")
            for target, (health, _) in FakeKong.health.items():
                for state in ("healthchecks_off", "healthy", "unhealthy", "dns_error"):
                    lines.append(labelled(
                        "kong_upstream_target_health", upstream="shop", target=target,
                        address="" if health == "DNS_ERROR" else target, state=state,
                        subsystem="http") + f" {int(state == health.lower())}")
        lines.append('# TYPE kong_node_info gauge\nkong_node_info{node_id="b1",version="3.9.0"} 1')
        return "\n".join(lines) + "\n"

    def page(self, rows):
        """A page, as ?size= and ?offset= ask, the next one as a path. Pages are 2 long by default and 4
        at most here, where Kong's are 100 and 1000."""
        at, size = int(self.query.get("offset", 0)), min(int(self.query.get("size", 2)), self.page_max)
        more = at + size < len(rows)
        path = self.path.split("?")[0]
        self.say(200, {"data": rows[at:at + size],
                       "next": f"{path}?offset={at + size}&size={size}" if more else None})

    def plugin(self, method, body, scope):
        """POST of a plugin for a scope, which may have one of each name."""
        new = {"enabled": True, "route": None, "service": None, "consumer": None, **scope, **body}
        if any(p["name"] == new["name"] and p["route"] == new["route"] and
               p["service"] == new["service"] for p in self.plugins.values()):
            return self.say(409, {"code": 5, "name": "unique constraint violation",
                                  "message": "UNIQUE violation detected on 'name'"})
        new["id"] = f"p{len(self.plugins) + 1}"
        self.plugins[new["id"]] = new
        return self.say(201, new)

    def patch_plugin(self, id, new):
        plugin, config = self.plugins[id], new.get("config", {})
        if config.get("minute", 0) > (plugin["config"].get("hour") or 1e9):
            return self.say(400, {"code": 2, "name": "schema violation",
                                  "message": "schema violation (config: The limit for hour(500) "
                                             "cannot be lower than the limit for minute)"})
        self.plugins[id] = merge(plugin, new)
        if FakeKong.overwritten and "deny" in config:  # another one's array, read before ours
            plugin["config"]["deny"] = FakeKong.overwritten
        return self.say(200, plugin)

    def target(self, method, name, what, body):
        if name not in self.health:
            return self.say(404, {"message": "Not found"})
        health, weight = self.health[name]
        if method == "PATCH" and not what:
            self.health[name] = (health, body()["weight"])
            return self.say(200, {"target": name, "weight": body()["weight"]})
        if method == "PUT" and what in ("healthy", "unhealthy"):
            if health == "HEALTHCHECKS_OFF":
                return self.say(400, {"message": f"no healthchecker found for {name}"})
            self.health[name] = (what.upper(), weight)
            return self.say(204)
        return self.say(405, {"message": "Method not allowed"})

    def change(self, method, parts, body):
        if FakeKong.dbless:
            return self.say(405, {"code": 12, "name": "operation unsupported",
                                  "message": f"cannot create or update '{parts[0]}' entities when "
                                             "not using a database"})
        if method == "PATCH" and parts[0] == "plugins" and parts[-1] in self.plugins:
            return self.patch_plugin(parts[1], body())
        if method == "POST" and parts == ["plugins"]:
            return self.plugin(method, body(), {})
        if method == "POST" and parts[0] == "routes" and parts[2:] == ["plugins"]:
            return self.plugin(method, body(), {"route": {"id": parts[1]}})
        if parts[0] == "upstreams" and parts[2:3] == ["targets"] and len(parts) > 3:
            return self.target(method, parts[3], "".join(parts[4:]), body)
        return self.say(405, {"message": "Method not allowed"})

    def answer(self, method, path, body):
        parts = segments(path)
        if method != "GET":
            return self.change(method, parts, body)
        if path == "/metrics":
            return self.say(200, FakeKong.metrics(), "text/plain; charset=UTF-8")
        if path == "/":
            return self.say(200, {"version": "3.9.0", "tagline": "Welcome to kong", "node_id": "b1",
                                  "configuration": {"database":
                                                    "off" if self.dbless else "postgres"}})
        if path == "/status":
            return self.say(200, {"database": {"reachable": True},
                                  "server": {"total_requests": 4000 + FakeKong.scrapes}})
        if path == "/plugins":
            return self.page(list(self.plugins.values()))
        if parts[0] == "plugins" and parts[-1] in self.plugins:
            return self.say(200, self.plugins[parts[-1]])
        if parts[0] == "routes" and parts[1:2] and parts[1] in self.routes:
            if parts[2:] == ["plugins"]:
                return self.page([p for p in self.plugins.values()
                                  if (p["route"] or {}).get("id") == parts[1]])
            return self.say(200, {"id": parts[1], "name": parts[1]})
        if path == "/upstreams":
            return self.page([{"id": "u1", "name": "shop"}])
        if parts[0] == "upstreams" and parts[1:2] in (["u1"], ["shop"]):
            return self.page([{"target": target, "health": health, "weight": weight}
                              for target, (health, weight) in self.health.items()])
        return self.say(404, {"message": "Not found"})


class FakeKongProxy(http.server.BaseHTTPRequestHandler):
    """The proxy port: a key for each request, 25 requests a route for the key batch, then 429. The
    first half of a route's requests goes to one worker, the other to the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    upstream = None  # its port
    served = collections.Counter()

    def route(self):
        for name, prefix in FakeKong.routes.items():
            if self.path.startswith(prefix):
                return name, self.path[len(prefix):] or "/"
        return None, None

    def ask(self, rest):
        """What the upstream says: (code, body), 504 by Kong itself after its 60 s."""
        if rest == "/never":
            return 504, b"timeout", "kong"
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=10)
        connection.request("GET", "/" if rest.startswith("/slow/") else rest)
        answer = connection.getresponse()
        code, body = answer.status, answer.read()
        connection.close()
        return code, body, "service"

    def refusal(self, route):
        """What Kong's plugins answer in place of the upstream."""
        key = self.headers.get("apikey")
        client = ipaddress.ip_address(self.client_address[0])
        deny = FakeKong.plugins["p2"]["config"]["deny"]
        if any(client in ipaddress.ip_network(net) for net in deny):
            return 403
        if key not in KEYS:
            return 401
        if key == "k-batch" and self.served[route, key] >= 25:
            return 429
        return None

    def do_GET(self):
        with FakeKong.lock:
            route, rest = self.route()
            code, body, source, took_ms = 404, b'{"message":"no Route matched"}', "kong", None
            consumer = KEYS.get(self.headers.get("apikey"), "")
            if route:
                code = self.refusal(route)
                if code is None:
                    code, body, source = self.ask(rest)
                    took_ms = int(rest.split("/")[2]) if rest.startswith("/slow/") else 10
                    took_ms = 60000 if source == "kong" else took_ms
                    self.served[route, self.headers["apikey"]] += 1
                FakeKong.count(sum(self.served.values()) % 2, route, code, source, consumer, OWN_MS,
                               took_ms, len(body), len(self.path))
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass
