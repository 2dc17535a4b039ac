"""A browser made of the standard library, and the gateway with one provider; shared by the providers' tests."""

import contextlib
import html.parser
import http.cookiejar
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

BINARY = os.environ.get("GATEHOUSE", str(pathlib.Path(__file__).parents[2] / ".build-postgresql/release/gatehouse"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until_answers(url, process, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the program ended"
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except urllib.error.HTTPError:
            return b""
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


@contextlib.contextmanager
def running(command, url, log, **options):
    with open(log, "w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
        try:
            until_answers(url, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


@contextlib.contextmanager
def gateway(directory, provider, organization, port):
    """The gateway on a port, with settings for a provider and an organization."""
    (directory / "secret.key").write_text("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n")
    settings = {
        "public_url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}", "storage": "sqlite:store.db",
        "secret_key": {"file": "secret.key"},
        "providers": [{"id": "foreign", "insecure_allow_http": True, **provider}],
        "organizations": [{"id": "acme", "name": "Acme", "providers": ["foreign"], **organization}],
    }
    configuration = directory / "gatehouse.jsonc"
    configuration.write_text(json.dumps(settings))
    subprocess.run([BINARY, "check", "--config", configuration], check=True)
    url = f"http://127.0.0.1:{port}"
    with running([BINARY, "serve", "--config", configuration], url, directory / "gateway.log"):
        yield url


class Forms(html.parser.HTMLParser):
    """The forms of a page, with their actions and fields."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.refresh = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "meta" and values.get("http-equiv") == "refresh":
            self.refresh = values["content"].split("url=", 1)[1]
        if tag == "form":
            self.forms.append({"action": values.get("action"), "method": values.get("method", "get"), "fields": {}, "buttons": []})
        if tag in ("input", "button") and self.forms and values.get("name"):
            form = self.forms[-1]
            if tag == "button" or values.get("type") == "submit":
                form["buttons"].append((values["name"], values.get("value", "")))
            else:
                form["fields"][values["name"]] = values.get("value", "")


class Browser:
    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [("Accept", "text/html,*/*;q=0.8"), ("Sec-Fetch-Mode", "navigate")]
        self.url = self.text = ""
        self.status = 0

    def open(self, url, data=None):
        request = urllib.request.Request(urllib.parse.urljoin(self.url, url), data)
        if self.url:
            request.add_header("Referer", self.url)
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        self.url, self.status, self.text = answer.geturl(), answer.status, answer.read().decode()
        page = Forms(self.text)
        return self.open(page.refresh) if page.refresh else self

    def submit(self, fields=None, index=0, button=None):
        form = Forms(self.text).forms[index]
        values = {**form["fields"], **(fields or {}), **({button[0]: button[1]} if button else {})}
        data = urllib.parse.urlencode(values)
        if form["method"].lower() == "get":
            return self.open(f"{form['action']}?{data}")
        return self.open(form["action"] or self.url, data.encode())

    def json(self, url):
        request = urllib.request.Request(urllib.parse.urljoin(self.url, url), headers={"Accept": "application/json"})
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
