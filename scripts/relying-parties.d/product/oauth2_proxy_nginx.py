from issuer import free_port
from run import expect

from product import oauth2_proxy

NGINX = """\
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
daemon off;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
    uwsgi_temp_path {directory}; scgi_temp_path {directory};
    server {{
        listen 127.0.0.1:{port};
        {part}
    }}
}}
"""


def install(home):
    from install import debian
    return f"{oauth2_proxy.install(home.parent / 'oauth2-proxy')}, nginx {debian('nginx')['nginx'].split('-')[0]}"


def check(run):
    created = run.register("oauth2-proxy-nginx")
    proxy, upstream = f"127.0.0.1:{free_port()}", run.upstream()
    config = run.change("oauth2-proxy.cfg", {"127.0.0.1:4180": proxy, 'cookie_refresh = "10m"': oauth2_proxy.SOON})
    program = next((run.home.parent / "oauth2-proxy").iterdir())
    run.start([program, "--config", config], ready=f"http://{proxy}")
    part = run.change("nginx.conf", {"127.0.0.1:4180": proxy, "127.0.0.1:9000": upstream}).read_text()
    site = run.write("site.conf", NGINX.format(directory=run.app, port=run.port, part=part))
    run.start(["nginx", "-c", site])
    expect(run.person().send("GET", run.url + "/").status == 302, "let in without a sign-in")
    oauth2_proxy.journey(run, created, "X-User", "X-Groups")
