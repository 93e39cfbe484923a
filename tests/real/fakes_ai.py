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
