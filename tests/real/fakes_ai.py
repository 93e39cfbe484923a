"""Fakes of AI gateways and prompt registries that cannot be had here; see fakes.py."""

import base64
import copy

from fakes import Fake, segments


class FakeApipark(Fake):
    """APIPark: a failure is mostly a 200 with a code; three steps publish a release."""

    cookie = "session=1a3eb150-9f14-4e8c-94f6-8cceef9488d4"

    def fresh():
        FakeApipark.changes, FakeApipark.fails_at, FakeApipark.flows = [], None, {}
        FakeApipark.releases = [{"id": "r2", "version": "v2", "status": "running"},
                                {"id": "r1", "version": "v1"}]
        FakeApipark.keys = {"openai": "normal"}

    def yes(self, data=None):
        self.say(200, {**({"data": data} if data is not None else {}), "code": 0,
                       "success": "success"})

    def no(self, why):
        self.say(200, {"code": -1, "success": "fail", "msg": why})

    def answer(self, method, path, body):
        if self.headers.get("Cookie") != self.cookie:
            return self.say(401, {"code": 401, "msg": "not login"})
        step = path.rsplit("/", 1)[1]
        if step == FakeApipark.fails_at:
            return self.no("record not found")
        if path == "/api/v1/account/profile":
            return self.yes({"profile": {"uid": "admin"}})
        if path == "/api/v1/services":
            return self.yes({"services": [{"id": "s-1", "name": "chat", "service_kind": "ai"}]})
        if path == "/api/v1/service/releases":
            return self.yes({"releases": self.releases})
        if path == "/api/v1/service/publish/apply":
            flow = f"flow-{len(self.flows)}"
            self.flows[flow] = [body()["release"], "apply"]
            return self.yes({"publish": {"id": flow, "status": "apply"}})
        if step in ("accept", "execute"):
            flow = self.flows.get(self.query.get("id"))
            if not flow:
                return self.no("record not found")
            if step == "execute" and flow[1] == "accept":
                for release in self.releases:
                    release.pop("status", None)
                    if release["id"] == flow[0]:
                        release["status"] = "running"
            flow[1] = step
            return self.yes()
        if path == "/api/v1/ai/resource/keys":
            return self.yes({"keys": [{"id": k, "name": k, "status": s}
                                      for k, s in self.keys.items()], "total": 1})
        if path.startswith("/api/v1/ai/resource/key/"):
            self.keys[self.query["id"]] = "disabled" if step == "disable" else "normal"
            return self.yes()
        if path in ("/api/v1/simple/ai/providers/configured", "/api/v1/cluster/nodes",
                    "/api/v1/service/ai-routers"):
            return self.yes({"providers": [{"id": "openai"}], "nodes": [], "apis": []})
        return self.say(404, "404 page not found", "text/plain")


class FakeLitellm(Fake):
    """LiteLLM with a database, as recorded: a team's block takes a minute to be noticed, a version of a
    prompt is the highest that is read and one, and some failures have done what they were asked."""

    master = "sk-master-0001"
    hashes = {"app-key": "66e399515ce8", "batch-key": "def1f8198d27"}

    def fresh():
        FakeLitellm.changes, FakeLitellm.database, FakeLitellm.fails = [], True, None
        FakeLitellm.other = None  # what another operator writes right before ours
        FakeLitellm.collides = False
        FakeLitellm.keys = {h: {"token": h, "key_alias": alias, "spend": 0.01, "max_budget": 0.5,
                                "rpm_limit": None, "blocked": None, "team_id": "team-plat"}
                            for alias, h in FakeLitellm.hashes.items()}
        FakeLitellm.teams = {"team-plat": {"team_id": "team-plat", "team_alias": "platform",
                                           "spend": 1.0, "blocked": False}}
        FakeLitellm.noticed = set()  # teams that the proxy knows to be blocked
        FakeLitellm.models = {
            id: {"model_name": "shift", "litellm_params": {"model": "openai/x", "weight": weight},
                 "model_info": {"id": id, "db_model": id != "from-file"}}
            for id, weight in (("shift-1", 9), ("shift-2", 1), ("from-file", 0))}
        FakeLitellm.prompts = [FakeLitellm.version(n, f"User: v{n} {{{{name}}}}") for n in (1, 2, 3)]

    def version(n, text):
        return {"prompt_id": "greeting", "version": n, "environment": "development",
                "litellm_params": {"prompt_id": "greeting", "prompt_integration": "dotprompt",
                                   "dotprompt_content": text},
                "prompt_info": {"prompt_type": "db"}}

    def text():
        """Of the version that is served, the highest; of two of one number, the first."""
        return max(FakeLitellm.prompts, key=lambda p: p["version"])[
            "litellm_params"]["dotprompt_content"]

    def served(alias):
        key = FakeLitellm.keys[FakeLitellm.hashes[alias]]
        return 401 if key["blocked"] or key["team_id"] in FakeLitellm.noticed else 200

    def a_minute_later():
        FakeLitellm.noticed = {t for t, team in FakeLitellm.teams.items() if team["blocked"]}

    def prompt(self, method, parts, body):
        if method == "PUT":
            if self.other:
                self.prompts.append(FakeLitellm.version(len(self.prompts) + 1, self.other))
            n = len(self.prompts) + (0 if self.collides else 1)
            made = {**FakeLitellm.version(n, ""), "litellm_params": body()["litellm_params"]}
            self.prompts.append(made)
            return self.say(200, {**made, "prompt_id": f"greeting.v{n}"})
        id, _, n = parts[1].partition(".v")
        if id != "greeting":
            return self.say(404 if parts[2:] == ["versions"] else 400,
                            {"detail": f"Prompt {parts[1]} not found"})
        if parts[2:] == ["versions"]:
            return self.say(200, {"prompts": self.prompts[::-1]})
        found = [p for p in self.prompts if not n or p["version"] == int(n)]
        if not found:
            return self.say(400, {"detail": f"Prompt {parts[1]} not found"})
        return self.say(200, {"prompt_spec": max(found, key=lambda p: p["version"])})

    def model(self, method, parts, body):
        if parts[1] == "info":
            wanted = self.query.get("litellm_model_id")
            return self.say(200, {"data": [m for id, m in self.models.items()
                                           if wanted in (None, id)]})
        new = body()
        model = self.models.get(new.get("model_id") or parts[1])
        if not model:
            return self.say(404, {"error": {"message": "Model not found on proxy."}})
        if not model["model_info"]["db_model"]:
            return self.say(400, {"error": {"message": "Cannot edit config-based model."}})
        if parts[1] in ("block", "unblock"):
            model["model_info"]["blocked"] = parts[1] == "block"
        else:
            model["litellm_params"].update(new["litellm_params"])
        return self.say(200, {"model_name": model["model_name"], "model_info": model["model_info"],
                              "litellm_params": {"model": "LnXDANJHJ16e946zz"}})

    def key(self, what, body):
        if what == "list":
            alias = self.query.get("key_alias")
            return self.say(200, {"keys": [k for k in self.keys.values()
                                           if alias in (None, k["key_alias"], k["token"])]})
        if what == "info":
            found = self.keys.get(self.query["key"])
            return (self.say(200, {"key": self.query["key"], "info": found}) if found else
                    self.say(404, {"error": {"message": "Key not found."}}))
        new = body()
        found = self.keys.get(new.pop("key"))
        if not found:
            return self.say(404, {"error": {"message": "Key not found.", "code": "404"}})
        found.update(new if what == "update" else {"blocked": what == "block"})
        return self.say(200, found)

    def team(self, what, body):
        if what == "list":
            return self.say(200, list(self.teams.values()))
        if what == "info":
            return self.say(200, {"team_info": self.teams[self.query["team_id"]]})
        team = self.teams[body()["team_id"]]
        team["blocked"] = what == "block"
        return self.say(200, team)

    def answer(self, method, path, body):
        parts = segments(path)
        if path == "/health/liveliness":
            return self.say(200, '"I\'m alive!"')
        if self.headers.get("Authorization") != f"Bearer {self.master}":
            return self.say(401, {"error": {"message": "Authentication Error", "code": "401"}})
        if not self.database:
            return self.say(500, {"error": {"message": "No connected db.", "code": "500"}})
        if path == "/metrics/":
            return self.say(200, "# TYPE litellm_in_flight_requests gauge\n"
                                 "litellm_in_flight_requests 0.0\n", "text/plain")
        if path == "/prompts/list":
            return self.say(200, {"prompts": [{"prompt_id": "greeting", "version": None}]})
        if path == self.fails:  # done, and yet
            say, self.say = self.say, lambda *args: None
        if parts[0] == "prompts":
            self.prompt(method, parts, body)
        elif parts[0] == "model":
            self.model(method, parts, body)
        elif parts[0] in ("key", "team"):
            getattr(self, parts[0])(parts[1], body)
        else:
            self.say(404, {"detail": "Not Found"})
        if path == self.fails:
            del self.say
            say(500, {"error": {"message": "Internal server error"}})


class FakeBifrost(Fake):
    """Bifrost: a virtual key is changed by what is sent of it, a prompt by another version."""

    secret = "sk-bf-secret"

    def fresh():
        FakeBifrost.changes, FakeBifrost.other = [], None
        FakeBifrost.keys = {"vk-1": {
            "id": "vk-1", "name": "app", "value": FakeBifrost.secret, "is_active": True,
            "budget": {"id": "b1", "max_limit": 50, "reset_duration": "1d", "current_usage": 12.5},
            "rate_limit": {"request_max_limit": 100, "request_reset_duration": "1m",
                           "token_max_limit": 9000, "token_reset_duration": "1m"}},
            "vk-2": {"id": "vk-2", "name": "batch", "value": FakeBifrost.secret, "is_active": True,
                     "budgets": [{"max_limit": 5, "reset_duration": "1M"}], "rate_limit": None}}
        FakeBifrost.versions = []
        for text in ("Be brief.", "Explain at length."):
            FakeBifrost.append({"messages": [{"role": "system", "content": text}],
                                "model_params": {"temperature": 0}, "provider": "openai",
                                "model": "gpt-4o-mini", "commit_message": ""})

    def append(new):
        n = len(FakeBifrost.versions) + 1
        for version in FakeBifrost.versions:
            version["is_latest"] = False
        FakeBifrost.versions.append({
            **new, "id": 10 + n, "prompt_id": "p-1", "version_number": n, "is_latest": True,
            "messages": [{"id": i, "order_index": i, "message": m}
                         for i, m in enumerate(new["messages"])]})

    def text():
        return FakeBifrost.versions[-1]["messages"][0]["message"]["content"]

    def answer(self, method, path, body):
        parts = segments(path)
        if path == "/metrics":
            return self.say(200, "# TYPE bifrost_active_requests gauge\n"
                                 "bifrost_active_requests 0\n", "text/plain")
        if parts[:3] == ["api", "governance", "virtual-keys"]:
            if len(parts) == 3:
                return self.say(200, {"virtual_keys": list(self.keys.values())})
            key = self.keys[parts[3]]
            for name, value in (body() if method == "PUT" else {}).items():
                key[name] = {**(key.get(name) or {}), **value} if isinstance(value, dict) else value
            return self.say(200, {"virtual_key": key})
        if path == "/api/prompt-repo/prompts":
            return self.say(200, {"prompts": [{"id": "p-1", "name": "triage"}]})
        if path == "/api/prompt-repo/prompts/p-1/versions":
            if method == "POST":
                if self.other:
                    FakeBifrost.append({**body(), "messages": [{"role": "system",
                                                                "content": self.other}]})
                FakeBifrost.append(body())
                return self.say(200, {"version": self.versions[-1]})
            return self.say(200, {"versions": self.versions[::-1]})
        return self.say(404, {"error": {"message": "not found"}})


class FakePortkey(Fake):
    """Portkey's control plane: one version of a prompt is its default."""

    key = "pk-secret"

    def fresh():
        FakePortkey.changes, FakePortkey.default = [], 3
        FakePortkey.texts = {1: "Hi.", 2: "Be brief.", 3: "Explain at length."}

    def answer(self, method, path, body):
        if self.headers.get("x-portkey-api-key") != self.key:
            return self.say(401, {"success": False, "data": {"message": "Portkey Error: Invalid API "
                                                                        "Key. Error Code: 03"}})
        parts = segments(path)
        if path == "/v1/prompts":
            return self.say(200, {"data": [{"id": "3c90", "slug": "triage", "name": "Triage",
                                            "object": "prompt"}], "total": 1})
        if parts[:2] != ["v1", "prompts"] or parts[2] not in ("triage", "3c90"):
            return self.say(404, {"success": False, "data": {"message": "Prompt not found"}})
        if parts[3:] == ["versions"]:
            return self.say(200, [{"id": f"v-{n}", "prompt_version": n, "object": "prompt",
                                   "status": "active" if n == self.default else "archived",
                                   "prompt_template": {"string": text}}
                                  for n, text in reversed(self.texts.items())])
        if parts[3:] == ["makeDefault"] and method == "PUT":
            FakePortkey.default = body()["version"]
            return self.say(200, {})
        return self.say(200, {"id": "3c90", "slug": "triage", "prompt_version": self.default,
                              "string": self.texts[self.default]})


class FakePhoenix(Fake):
    """Phoenix: a path that it does not know is its web page."""

    reads = ("/graphql",)

    def id_of(n):
        return base64.b64encode(f"PromptVersion:{n}".encode()).decode()

    def fresh():
        FakePhoenix.changes, FakePhoenix.full = [], False
        FakePhoenix.versions = [FakePhoenix.id_of(n) for n in (4, 5, 9)]
        FakePhoenix.tags = {"production": FakePhoenix.versions[2]}

    def shown(self, id):
        return {"id": id, "model_name": "gpt-4o", "template": {
            "type": "chat", "messages": [{"role": "system", "content": f"text {id}"}]}}

    def answer(self, method, path, body):
        parts = segments(path)
        if path == "/graphql":
            if self.headers.get("Content-Type") != "application/json":
                return self.say(400, "Unsupported content type", "text/plain")
            if "projects" in body()["query"]:
                return self.say(200, {"data": {"projects": {"edges": []}}})
            nodes = [{"node": {"id": v, "sequenceNumber": i + 1}}
                     for i, v in enumerate(self.versions)]
            tags = [{"name": t, "promptVersionId": v} for t, v in self.tags.items()]
            return self.say(200, {"data": {"prompts": {"edges": [{"node": {
                "name": "triage", "versionTags": tags, "promptVersions": {"edges": nodes}}}]}}})
        if parts[:2] == ["v1", "prompts"] and len(parts) == 2:
            return self.say(200, {"data": [{"name": "triage", "id": "p"}], "next_cursor": None})
        if parts[:2] == ["v1", "prompts"] and parts[3:] == ["versions"]:
            shown = [self.shown(v) for v in reversed(self.versions)] if parts[2] == "triage" else []
            return self.say(200, {"data": shown, "next_cursor": None})
        if parts[:2] == ["v1", "prompts"] and parts[3:4] == ["tags"]:
            if parts[2] != "triage" or parts[4] not in self.tags:
                return self.say(404, "Not Found", "text/plain")
            return self.say(200, {"data": self.shown(self.tags[parts[4]])})
        if parts[:2] == ["v1", "prompt_versions"] and method == "POST":
            if FakePhoenix.full:
                return self.say(507, "Database operations are disabled due to insufficient "
                                     "storage.", "text/plain")
            if parts[2] not in self.versions:
                return self.say(404, "Not Found", "text/plain")
            self.tags[body()["name"]] = parts[2]
            return self.say(204)
        return self.say(200, "<!DOCTYPE html><title>Phoenix</title>", "text/html")


class FakeLangfuse(Fake):
    """Langfuse's prompts: labels are added, and taken from the other versions."""

    def fresh():
        FakeLangfuse.changes = []
        FakeLangfuse.labels = {1: [], 2: ["staging"], 3: ["production", "latest"]}

    def answer(self, method, path, body):
        parts = segments(path)
        if path == "/api/public/health":
            return self.say(200, {"status": "OK", "version": "3.1.0"})
        if self.headers.get("Authorization") != "Basic cGstbGYtYTpzay1sZi1i":
            return self.say(401, {"message": "Invalid credentials"})
        if parts[:4] != ["api", "public", "v2", "prompts"]:
            return self.say(404, {"message": "Not Found"})
        if len(parts) == 4:
            return self.say(200, {"data": [{"name": "support/triage", "versions": [1, 2, 3],
                                            "labels": ["production", "latest", "staging"]}],
                                  "meta": {"page": 1, "totalPages": 1}})
        if parts[4] != "support/triage":
            return self.say(404, {"message": "Prompt not found"})
        if method == "PATCH":
            new = body()["newLabels"]
            if "latest" in new:
                return self.say(400, {"message": "latest is managed by Langfuse"})
            version = int(parts[6])
            for n, labels in self.labels.items():
                labels[:] = [x for x in labels if x not in new] if n != version else labels
            self.labels[version] += [x for x in new if x not in self.labels[version]]
            return self.shown(version)
        if "version" in self.query:
            version = int(self.query["version"])
        else:
            label = self.query.get("label", "production")
            version = next((n for n, labels in self.labels.items() if label in labels), None)
        if version not in self.labels:
            return self.say(404, {"message": "Prompt not found"})
        return self.shown(version)

    def shown(self, version):
        self.say(200, {"name": "support/triage", "version": version, "type": "text",
                       "prompt": f"text {version}", "labels": self.labels[version]})


class FakeOneApi(Fake):
    """one-api: what goes wrong is a 200 with success: false; answers show keys."""

    token = "acc123"
    secrets = ("sk-upstream-secret", "tokentokentokentoken")

    def fresh():
        FakeOneApi.changes = []
        channel = {"type": 1, "key": "", "models": "gpt-4o-mini", "used_quota": 12, "priority": 0}
        FakeOneApi.channels = [{**channel, "id": 2, "name": "spare", "status": 1, "weight": 5},
                               {**channel, "id": 1, "name": "main", "status": 1, "weight": 0}]
        FakeOneApi.tokens = [{"id": 4, "user_id": 1, "key": FakeOneApi.secrets[1], "status": 1,
                              "name": "app", "expired_time": -1, "remain_quota": 500000,
                              "unlimited_quota": False, "used_quota": 24, "models": "gpt-4o",
                              "subnet": "10.0.0.0/8"}]

    def yes(self, data):
        self.say(200, {"data": data, "message": "", "success": True})

    def no(self, why):
        self.say(200, {"message": why, "success": False})

    def one(self, things, wanted):
        found = [t for t in things if str(t["id"]) == str(wanted)]
        return found[0] if found else None

    def answer(self, method, path, body):
        if path == "/api/status":
            return self.yes({"quota_per_unit": 500000, "start_time": 1795458146})
        if self.headers.get("Authorization") != self.token:
            return self.say(401, {"message": "no access token", "success": False})
        parts = segments(path)
        things = {"channel": self.channels, "token": self.tokens}.get(parts[1])
        if things is None or parts[0] != "api":
            return self.say(200, "", "text/html")
        if method == "GET":
            if parts[2:] == ["search"]:
                return self.yes(things)
            found = self.one(things, parts[2]) if len(parts) > 2 else None
            return self.yes(found) if found else self.no("record not found")
        new = body()
        found = self.one(things, new.get("id"))
        if not found:
            return self.no("record not found")
        if parts[1] == "channel":
            found.update(new)
        elif "status_only" in self.query:
            found["status"] = new["status"]
        else:  # what is not given is blanked
            for key, blank in (("name", ""), ("expired_time", 0), ("remain_quota", 0),
                               ("unlimited_quota", False), ("models", None), ("subnet", None)):
                found[key] = new.get(key, blank)
        return self.yes({**copy.deepcopy(found), "key": self.secrets[parts[1] == "token"]})
