"""A real MLflow with a prompt registry."""

import http.client
import json
import os
import sys

from harness import folder, free_port, get, path, start, venv

PROMPT = {"key": "mlflow.prompt.is_prompt", "value": "true"}
PACKAGES = ["mlflow-skinny==3.17.2", "sqlalchemy==2.1.9", "alembic==1.20.1", "flask==3.1.3",
            "Flask-CORS", "graphene==3.4.3", "cryptography==50.0.2", "aiohttp==3.14.5",
            "huey==3.5.4", "numpy==2.4.6", "pandas==3.1.1"]


class Registry:
    """Listens on a port of its own until the test ends."""

    def __init__(self):
        mlflow = venv("mlflow", PACKAGES, "bin/mlflow")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        start([mlflow, "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
               "--backend-store-uri", f"sqlite:///{path('m.db')}", "--artifacts-destination",
               path("artifacts")], lambda: get(self.port, "/health")[0] == 200,
              env={**os.environ, "HOME": folder, "MLFLOW_DISABLE_TELEMETRY": "true",
                   "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                   "PATH": os.path.dirname(mlflow) + ":" + os.environ["PATH"]}, seconds=120)

    def post(self, call, method="POST", api="2.0", **body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, f"/api/{api}/mlflow/{call}", json.dumps(body),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            sys.exit(f"FAIL: {call}: {answer.status} {text[:200]}")
        return json.loads(text)

    def gateway(self, call, **body):
        return self.post(f"gateway/{call}", api="3.0", **body)

    def endpoint(self, name, weights):
        """An endpoint of the gateway that splits its requests between models."""
        secret = self.gateway("secrets/create", secret_name="key", provider="openai",
                              secret_value={"api_key": "sk-none"})["secret"]["secret_id"]
        models = [self.gateway("model-definitions/create", name=model, secret_id=secret,
                               provider="openai", model_name=f"gpt-{model}")["model_definition"]
                  for model in weights]
        self.gateway("endpoints/create", name=name, model_configs=[
            {"model_definition_id": model["model_definition_id"], "linkage_type": "PRIMARY",
             "weight": weight} for model, weight in zip(models, weights.values())])

    def weights(self):
        """Of the first endpoint, by model."""
        body = json.loads(get(self.port, "/api/3.0/mlflow/gateway/endpoints/list")[1])
        return {mapping["model_definition"]["name"]: mapping["weight"]
                for mapping in body["endpoints"][0]["model_mappings"]}

    def budget(self, usd, action="REJECT"):
        return self.gateway("budgets/create", budget_unit="USD", budget_amount=usd,
                            duration={"unit": "DAYS", "value": 1}, target_scope="GLOBAL",
                            budget_action=action)["budget_policy"]["budget_policy_id"]

    def budgets(self):
        body = json.loads(get(self.port, "/api/3.0/mlflow/gateway/budgets/list")[1])
        return [policy["budget_amount"] for policy in body["budget_policies"]]

    def prompt(self, name, *texts):
        """A prompt with a version of each text."""
        self.post("registered-models/create", name=name, tags=[PROMPT])
        for text in texts:
            self.post("model-versions/create", name=name, source="prompt-template",
                      tags=[PROMPT, {"key": "mlflow.prompt.text", "value": text}])

    def point(self, name, alias, version):
        self.post("registered-models/alias", name=name, alias=alias, version=str(version))

    def delete(self, name, version):
        """A version; an alias that points at it goes with it."""
        self.post("model-versions/delete", "DELETE", name=name, version=str(version))

    def overwrite(self, name, version, text):
        """The text of a version changes in place; no timestamp tells."""
        self.post("model-versions/set-tag", name=name, version=str(version),
                  key="mlflow.prompt.text", value=text)

    def pointed(self, name, alias):
        """The version behind an alias, or None."""
        status, body = get(self.port, f"/api/2.0/mlflow/registered-models/alias?name={name}"
                                      f"&alias={alias}")
        return int(json.loads(body)["model_version"]["version"]) if status == 200 else None
