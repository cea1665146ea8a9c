"""The one host name that an installation answers to (against DNS rebinding), and the one proxy that it trusts."""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from casework.config import Config, ConfigurationError
from casework.errors import Misdirected

ORIGIN = "casework.origin"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Probes of the machine itself name no public host.
_PROBES = frozenset({"exit.health", "oversight.ready"})


def install(app: Flask, config: Config) -> None:
    """Answer at `public_url` alone; raise ConfigurationError if that has no TLS."""
    app.extensions[ORIGIN] = origin_of(config)
    if config.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    app.before_request(refuse_other_addresses)


def origin_of(config: Config) -> str:
    """Return scheme and host of an installation; only the demo may do without TLS, and only on this machine."""
    parts = urlsplit(config.public_url)
    host = parts.hostname or ""
    if config.demo and parts.scheme == "http" and host in LOOPBACK:
        return f"http://{parts.netloc}"
    if parts.scheme != "https" or not host or host in LOOPBACK - {"localhost"} or parts.path.strip("/") or parts.query:
        raise ConfigurationError(
            f"public_url = '{config.public_url}' không dùng được: phải là địa chỉ mà mọi người gõ, bắt đầu bằng "
            "https:// và không có gì sau tên máy, như https://soca.xa.example. / public_url must be what people type: "
            "https:// and a host name, as https://soca.xa.example."
        )
    return f"https://{parts.netloc.lower().removesuffix(':443')}"


def refuse_other_addresses() -> None:
    """Raise Misdirected (421) for a request to another host, or one that the proxy took without TLS."""
    own = urlsplit(current_app.extensions[ORIGIN])
    if request.endpoint in _PROBES:
        return
    if own.scheme == "http":
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            raise Misdirected
    elif request.host.lower().removesuffix(":443") != own.netloc or (_behind_proxy() and request.scheme != "https"):
        raise Misdirected


def is_this_machine() -> bool:
    """Tell whether a program of this machine asks, and no proxy on behalf of somebody else."""
    proxied = any(name.lower().startswith(("x-forwarded", "forwarded", "via")) for name, _ in request.headers)
    host = urlsplit(f"//{request.host}").hostname
    return request.remote_addr in LOOPBACK and host in LOOPBACK and not proxied


def _behind_proxy() -> bool:
    return isinstance(current_app.wsgi_app, ProxyFix)
