import chromium
from install import node
from product import react_oidc_context

PAGE = ('<!doctype html><meta charset="utf-8"><title>A program</title><base href="/"><app-root></app-root>'
        '<script src="bundle.js"></script>')
MAIN = """\
import "zone.js";
import "@angular/compiler";
import { Component, inject } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { provideHttpClient } from "@angular/common/http";
import { OidcSecurityService } from "angular-auth-oidc-client";
import { authentication } from "./auth.config";

@Component({
  selector: "app-root",
  standalone: true,
  template: `
    @if (person()?.userData; as who) {
      <p id="person">{{ who.preferred_username }}: {{ who.groups.join(", ") }}; {{ who.roles.join(", ") }}</p>
      <button id="refresh" (click)="service.forceRefreshSession().subscribe()">Refresh</button>
      <button id="out" (click)="service.logoff().subscribe()">Sign out</button>
    } @else {
      <button id="in" (click)="service.authorize()">Sign in</button>
    }`,
})
class App {
  service = inject(OidcSecurityService);
  person = this.service.userData;
  constructor() { this.service.checkAuth().subscribe(); }
}

bootstrapApplication(App, { providers: [provideHttpClient(), authentication] });
"""
TSCONFIG = '{"compilerOptions": {"experimentalDecorators": true, "useDefineForClassFields": false}}'


def install(home):
    chromium.install()
    return node(home, "angular-auth-oidc-client", "@angular/core", "@angular/common", "@angular/router",
                "@angular/compiler", "@angular/platform-browser", "rxjs", "zone.js", "tslib",
                "esbuild")["angular-auth-oidc-client"]


def check(run):
    run.register("angular-auth-oidc-client")
    run.write("main.ts", MAIN)
    run.write("tsconfig.json", TSCONFIG)
    react_oidc_context.serve(run, "main.ts", page=PAGE)
    chromium.journey(run)
