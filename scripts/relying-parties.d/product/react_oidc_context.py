import sys

import chromium
from install import node

PAGE = '<!doctype html><meta charset="utf-8"><title>A program</title><div id="root"></div><script src="bundle.js"></script>'


def install(home):
    chromium.install()
    return node(home, "react", "react-dom", "react-oidc-context", "oidc-client-ts", "esbuild")["react-oidc-context"]


def check(run):
    run.register("react-oidc-context")
    serve(run, "main.jsx", "--jsx=automatic", page=PAGE)
    chromium.journey(run)


def serve(run, program, *options, page):
    (run.app / "node_modules").symlink_to(run.home / "node_modules")
    run.write("site/index.html", page)
    run.command(["node_modules/.bin/esbuild", program, "--bundle", "--outfile=site/bundle.js",
                 '--define:process.env.NODE_ENV="production"', *options])
    run.start([sys.executable, "-m", "http.server", run.port, "--bind", "127.0.0.1", "--directory", "site"])
