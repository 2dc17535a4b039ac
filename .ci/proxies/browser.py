"""A browser that follows redirects between the hosts of this machine and keeps each host's cookies."""

from urllib.parse import urljoin, urlsplit

from wire import ask, connect

NAVIGATION = [("Accept", "text/html,*/*;q=0.8"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]


class Browser:
    def __init__(self, tls=None):
        self.tls, self.cookies, self.visited = tls, {}, []

    def jar(self, authority):
        return self.cookies.setdefault(authority.partition(":")[0], {})

    def field(self, authority):
        return ("Cookie", "; ".join(f"{name}={value}" for name, value in self.jar(authority).items()))

    def request(self, url, fields=(), method="GET", content=None):
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        tls = self.tls if parts.scheme == "https" else None
        cookie = [self.field(parts.netloc)] if self.jar(parts.netloc) else []
        answer = ask(connect(parts.port, tls), parts.netloc, target, method, [*NAVIGATION, *cookie, *fields], content)
        for value in answer.all("Set-Cookie"):
            pair, *attributes = [part.strip() for part in value.split(";")]
            name, _, content_ = pair.partition("=")
            if any(attribute.lower() == "max-age=0" for attribute in attributes) or not content_:
                self.jar(parts.netloc).pop(name, None)
            else:
                self.jar(parts.netloc)[name] = content_
        return answer

    def open(self, url, fields=(), steps=12):
        """Follows redirects; `visited` has the addresses."""
        self.visited = []
        for _ in range(steps):
            self.visited.append(url)
            answer = self.request(url, fields)
            if answer.status not in (302, 303, 307):
                return answer
            url = urljoin(url, answer.field("Location"))
        raise AssertionError(f"too many redirects: {self.visited}")
