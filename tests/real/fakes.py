"""Fakes of gateways that cannot be had here: they answer as the real ones were recorded, or as their
documentation says, and keep state. Each is called a fake of what it is. Standard library only.

changes holds (method, path, body) of every request that meant to change something.
"""

import copy
import ipaddress
import json
import re
import threading
import urllib.parse

import http.server


class Fake(http.server.BaseHTTPRequestHandler):
    """A gateway whose class holds its state; answer() is given method, path, query and body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    lock = threading.Lock()
    reads = ()  # paths of POSTs that change nothing

    def do(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        split = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        with self.lock:
            if self.command != "GET" and split.path not in self.reads:
                self.changes.append((self.command, self.path, raw.decode()))
            self.raw = raw
            self.answer(self.command, split.path, lambda: json.loads(raw or b"null"))

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do

    def say(self, status, body="", content_type="application/json", headers=()):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def segments(path):
    return [urllib.parse.unquote(part) for part in path.strip("/").split("/")]


def merge(old, new):
    """As a PATCH of APISIX: objects are merged, lists replaced, null takes away."""
    for key, value in new.items():
        if value is None:
            old.pop(key, None)
        elif isinstance(value, dict) and isinstance(old.get(key), dict):
            merge(old[key], value)
        else:
            old[key] = value
    return old


class FakeApisix(Fake):
    """APISIX's Admin API with etcd behind it."""

    key = "edd1c9f034335f136f87ad84b625c8f1"

    def fresh():
        FakeApisix.changes, FakeApisix.races = [], 0
        FakeApisix.resets = 0  # of limit-count's counters
        FakeApisix.things = {
            "global_rules": {},
            "routes": {"1": {"id": "1", "uri": "/get", "upstream_id": "1", "plugins": {
                "limit-count": {"count": 100, "time_window": 60, "rejected_code": 429}}}},
            "upstreams": {"1": {"id": "1", "nodes": {"10.0.0.1:80": 9, "10.0.0.2:80": 1}},
                          "2": {"id": "2", "nodes": [{"host": "10.0.0.3", "port": 80, "weight": 1}]}}}

    def blocked(address):
        for rule in FakeApisix.things["global_rules"].values():
            plugin = rule["plugins"].get("ip-restriction", {})
            if plugin.get("_meta", {}).get("disable"):
                continue
            if any(ipaddress.ip_address(address) in ipaddress.ip_network(net)
                   for net in plugin.get("blacklist", [])):
                return True
        return False

    def fault(thing):
        plugin = thing.get("plugins", {}).get("ip-restriction")
        if plugin is None:
            return None
        where = "failed to check the configuration of plugin ip-restriction err: "
        if "whitelist" in plugin and "blacklist" in plugin:
            return where + "value should match only one schema, but matches both schemas 1 and 2"
        if plugin.get("blacklist") == [] or not {"whitelist", "blacklist"} & set(plugin):
            return where + "expect array to have at least 1 items"
        return None

    def answer(self, method, path, body):
        parts = segments(path)
        if parts[:2] != ["apisix", "admin"] or len(parts) < 3 or parts[2] not in self.things:
            return self.say(404, {"error_msg": "404 Route Not Found"})
        if self.headers.get("X-API-KEY") != self.key:
            return self.say(401, {"error_msg": "failed to check token",
                                  "description": "wrong apikey"})
        things = self.things[parts[2]]
        key = f"/apisix/admin/{parts[2]}"
        if len(parts) == 3:
            listed = [{"key": f"{key}/{i}", "value": thing, "modifiedIndex": 9, "createdIndex": 9}
                      for i, thing in things.items()]
            return self.say(200, {"total": len(listed), "list": listed or {}})
        if method == "GET":
            if parts[3] not in things:
                return self.say(404, {"message": "Key not found"})
            return self.say(200, {"key": key, "value": things[parts[3]], "modifiedIndex": 9})
        new = body()
        if method == "PATCH":
            if FakeApisix.races:
                FakeApisix.races -= 1
                return self.say(503, {"error_msg": "value changed before overwritten"})
            new = merge(copy.deepcopy(things[parts[3]]), new)
        fault = FakeApisix.fault(new)
        if fault:
            return self.say(400, {"error_msg": fault})
        limits = [(thing or {}).get("plugins", {}).get("limit-count")
                  for thing in (things.get(parts[3]), new)]
        FakeApisix.resets += limits[0] != limits[1]
        created = parts[3] not in things
        things[parts[3]] = {"id": parts[3], **new}
        return self.say(201 if created else 200, {"key": key, "value": things[parts[3]]})


class FakeTraefik(Fake):
    """Traefik's API with the REST provider, a file provider and a router of each."""

    def fresh():
        FakeTraefik.changes = []
        FakeTraefik.rest = {"routers": {}, "services": {}, "middlewares": {}}
        FakeTraefik.tcp = {}
        FakeTraefik.file = {
            "routers": {"app": {"entryPoints": ["web"], "service": "app", "priority": 18,
                                "rule": "PathPrefix(`/api`)"}},
            "services": {"app": {"loadBalancer": {"servers": [{"url": "http://10.0.0.1"}]}}},
            "middlewares": {}}

    def serves(address):
        """The status that a request for /api from this address gets."""
        routers = list(FakeTraefik.rest["routers"].values()) + \
            list(FakeTraefik.file["routers"].values())
        for router in sorted(routers, key=lambda r: -r.get("priority", 0)):
            client = re.fullmatch(r"ClientIP\(`(.*)`\)", router["rule"])
            if "tls" in router:
                continue
            if client and ipaddress.ip_address(address) not in ipaddress.ip_network(client[1]):
                continue
            if not client and router["rule"] != "PathPrefix(`/api`)":
                continue
            service = FakeTraefik.all("services").get(router["service"]) or {}
            return 200 if service.get("loadBalancer", {}).get("servers") else 503
        return 404

    def all(kind):
        return {**FakeTraefik.file[kind], **FakeTraefik.rest[kind]}

    def listed(kind):
        for provider, held in (("file", FakeTraefik.file), ("rest", FakeTraefik.rest)):
            for name, thing in held[kind].items():
                shown = {**copy.deepcopy(thing), "status": "enabled", "provider": provider,
                         "name": f"{name}@{provider}"}
                if kind == "routers":
                    shown.setdefault("entryPoints", ["web"])
                    shown.setdefault("priority", len(shown["rule"]))
                    shown.update(using=shown["entryPoints"], priorityStr=str(shown["priority"]))
                    if shown["service"] not in FakeTraefik.all("services"):
                        shown.update(status="disabled", error=[
                            f'the service "{shown["service"]}@{provider}" does not exist'])
                elif kind == "services" and "loadBalancer" in shown:
                    servers = shown["loadBalancer"].pop("servers", None) or []
                    shown["loadBalancer"]["passHostHeader"] = None
                    if servers:
                        shown["loadBalancer"]["servers"] = servers
                        shown["serverStatus"] = {s["url"]: "UP" for s in servers}
                    shown["type"] = "loadbalancer"
                yield shown
        if kind == "routers":
            yield {"name": "api@internal", "provider": "internal", "service": "api@internal",
                   "rule": "PathPrefix(`/api`)", "priority": 9223372036854775806,
                   "status": "enabled", "entryPoints": ["traefik"]}

    def answer(self, method, path, body):
        parts = path.strip("/").split("/")
        if path == "/api/providers/rest" and method == "PUT":
            try:
                new = body().get("http") or {}
            except ValueError as wrong:
                return self.say(400, str(wrong), "text/plain")
            if any(kind in new for kind in self.rest):
                FakeTraefik.rest = {kind: new.get(kind, {}) for kind in self.rest}
            return self.say(200, {"http": new} if new else {})
        if path == "/api/rawdata":
            whole = {kind: {t.pop("name"): t for t in FakeTraefik.listed(kind)}
                     for kind in self.rest}
            return self.say(200, {**whole, **self.tcp})
        if path == "/api/version":
            return self.say(200, {"Version": "dev", "Codename": "cheddar",
                                  "startDate": "2026-11-23T18:20:38.155582817Z"})
        if parts[:2] == ["api", "http"] and parts[2] in self.rest:
            things = list(FakeTraefik.listed(parts[2]))
            if len(parts) == 3:
                return self.say(200, [t for t in things
                                      if self.query.get("search", "") in t["name"]],
                                headers=[("X-Next-Page", "1")])
            name = urllib.parse.unquote(parts[3])
            for thing in things:
                if thing["name"] == name:
                    return self.say(200, thing)
            return self.say(404, {"message": f"{parts[2][:-1]} not found: {name}"}, "text/plain")
        return self.say(404, "404 page not found\n", "text/plain")


class FakeNginxPlus(Fake):
    """NGINX Plus's API with write=on."""

    def fresh():
        FakeNginxPlus.changes = []
        FakeNginxPlus.keyvals = {"deny": {}}
        FakeNginxPlus.servers = [
            {"id": 7, "server": "10.0.0.1:80", "weight": 1, "down": False},
            {"id": 9, "server": "10.0.0.2:80", "weight": 1, "down": False}]

    def fault(self, status, text, code):
        self.say(status, {"error": {"status": status, "text": text, "code": code},
                          "request_id": "1", "href": "https://nginx.org/en/docs/http/"})

    def answer(self, method, path, body):
        parts = path.strip("/").split("/")[2:]
        if path == "/api/9/nginx":
            return self.say(200, {"version": "1.27.2", "build": "nginx-plus-r33", "generation": 1})
        if parts[:2] == ["http", "keyvals"] and len(parts) == 3:
            zone = self.keyvals.get(parts[2])
            if zone is None:
                return self.fault(404, "keyval zone not found", "KeyvalNotFound")
            if method == "GET":
                return self.say(200, zone)
            for key, value in body().items():
                if method == "POST" and key in zone:
                    return self.fault(409, "key already exists", "KeyvalKeyExists")
                if value is None:
                    zone.pop(key, None)
                else:
                    zone[key] = value
            return self.say(201 if method == "POST" else 204)
        if parts[:4] == ["http", "upstreams", "shop", "servers"]:
            if len(parts) == 4:
                return self.say(200, self.servers)
            found = [s for s in self.servers if str(s["id"]) == parts[4]]
            new = body()
            if not found:
                return self.fault(404, "server not found", "UpstreamServerNotFound")
            if "id" in new:
                return self.fault(400, 'unknown parameter "id"', "UpstreamConfFormatError")
            found[0].update(new)
            return self.say(200, found[0])
        return self.fault(404, "path not found", "PathNotFound")


class FakeTyk(Fake):
    """Tyk's gateway API: what is written is on disk, and in memory after a reload."""

    secret = "352d20ee67be67f6340b4c0605b044b7"

    def fresh():
        FakeTyk.changes, FakeTyk.reloads, FakeTyk.reload_fails = [], 0, False
        api = {"api_id": "3", "name": "shop", "active": True, "enable_ip_blacklisting": False,
               "blacklisted_ips": [], "global_rate_limit": {"rate": 0, "per": 0},
               "proxy": {"listen_path": "/shop/", "enable_load_balancing": True,
                         "target_list": ["http://10.0.0.1/", "http://10.0.0.2/"]}}
        FakeTyk.memory, FakeTyk.disk = {"3": api}, {"3": copy.deepcopy(api)}

    def answer(self, method, path, body):
        if path == "/hello":
            return self.say(200, {"status": "pass", "version": "v5.8.0", "description": "Tyk GW",
                                  "details": {"redis": {"status": "pass"}}})
        if self.headers.get("x-tyk-authorization") != self.secret:
            return self.say(403, {"status": "error", "message":
                                  "Attempted administrative access with invalid or missing key!"})
        parts = path.strip("/").split("/")
        if path == "/tyk/apis":
            return self.say(200, list(self.memory.values()))
        if path == "/tyk/reload":
            if FakeTyk.reload_fails:
                return self.say(500, {"status": "error", "message": "cannot reload"})
            FakeTyk.reloads += 1
            FakeTyk.memory = copy.deepcopy(self.disk)
            return self.say(200, {"status": "ok", "message": ""})
        if parts[:2] == ["tyk", "apis"] and parts[2] in self.memory:
            if method == "GET":
                return self.say(200, self.memory[parts[2]])
            new = body()
            if new.get("api_id") != parts[2]:
                return self.say(400, {"status": "error", "message":
                                      "Request APIID does not match that in Definition!"})
            self.disk[parts[2]] = new
            return self.say(200, {"key": parts[2], "status": "ok", "action": "modified"})
        return self.say(404, {"status": "error", "message": "API not found"})


class FakeApinto(Fake):
    """Apinto's admin port."""

    def fresh():
        FakeApinto.changes, FakeApinto.died = [], False
        FakeApinto.things = {
            "router": {"r1": {"name": "r1", "driver": "http", "listen": 8099, "disable": False,
                              "location": "/api/*", "service": "stub@service",
                              "labels": {"api": "r1"}, "method": ["GET", "POST"]}},
            "service": {"stub": {"name": "stub", "driver": "http", "timeout": 3000,
                                 "nodes": ["10.0.0.1:80 weight=9", "10.0.0.2:80 weight=1"]}},
            "strategy": {"lim": {"name": "lim", "driver": "limiting", "priority": 1, "stop": False,
                                 "filters": {"api": ["r1"]},
                                 "limiting": {"metrics": ["{api}"],
                                              "query": {"second": 0, "minute": 3, "hour": 0}}}},
            "output": {}}

    def blocked(address):
        for strategy in FakeApinto.things["strategy"].values():
            if strategy["driver"] == "visit" and not strategy["stop"]:
                nets = strategy["filters"].get("ip") or ["0.0.0.0/0"]  # no filter: everybody
                if any(ipaddress.ip_address(address) in ipaddress.ip_network(n) for n in nets):
                    return True
        return False

    def shown(kind, thing):
        return {**thing, "create": "2026-11-23 18:12:40", "update": "2026-11-23 18:13:17",
                "id": f"{thing['name']}@{kind}", "matches": None, "profession": kind,
                "version": "20261123181317"}

    def answer(self, method, path, body):
        parts = segments(path)
        close = [("Connection", "close")]
        self.close_connection = True
        if path == "/system/info":
            return self.say(200, {"cluster": "b8", "nodes": [
                {"id": "5", "name": "n", "peer": [], "admin": [], "server": [], "leader": True}]},
                "text/plain", close)
        if parts[0] == "variable" or parts[-1] == "variable":
            FakeApinto.died = True
            return None
        if method == "PATCH":
            self.wfile.write(b"-ERR unknown proto")
            return None
        if parts[0] != "api" or parts[1] not in self.things:
            return self.say(404, "404 page not found", "text/plain", close)
        things = self.things[parts[1]]
        if len(parts) == 2 and method == "GET":
            few = ("create", "description", "driver", "id", "name", "profession", "update",
                   "version")
            shown = [FakeApinto.shown(parts[1], thing) for thing in things.values()]
            return self.say(200, [{k: v for k, v in t.items() if k in few} for t in shown],
                            headers=close)
        name = parts[2] if len(parts) > 2 else body()["name"]
        if method in ("PUT", "POST"):
            new = {k: v for k, v in body().items() if k not in ("create", "update", "id")}
            if new.get("driver") not in ("http", "visit", "limiting"):
                return self.say(500, "nope,driver not exist", headers=close)
            things[name] = new
        if name not in things:
            return self.say(404, "worker not found" if method == "GET" else "worker-data not exits",
                            headers=close)
        shown = FakeApinto.shown(parts[1], things[name])
        if method == "DELETE":
            del things[name]
        return self.say(200, shown, headers=close)
