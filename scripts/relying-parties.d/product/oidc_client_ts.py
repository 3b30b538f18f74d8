import chromium
from install import node
from product import react_oidc_context

PAGE = '<!doctype html><meta charset="utf-8"><title>A program</title><body><script type="module" src="bundle.js"></script>'


def install(home):
    chromium.install()
    return node(home, "oidc-client-ts", "esbuild")["oidc-client-ts"]


def check(run):
    run.register("oidc-client-ts")
    react_oidc_context.serve(run, "main.js", "--format=esm", page=PAGE)
    chromium.journey(run)
