"use strict";
addEventListener("DOMContentLoaded", () => {
  const { issuer, api, client } = document.body.dataset;
  const $ = id => document.getElementById(id);
  const base64url = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
  const redirect = location.origin + "/callback";
  let token;

  function say(text, bad) {
    const line = document.createElement("li");
    line.textContent = text;
    if (bad) line.className = "bad";
    $("log").append(line);
  }

  async function begin() {
    const attempt = { verifier: random(), state: random(), nonce: random() };
    sessionStorage.setItem("attempt", JSON.stringify(attempt));
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier));
    location.assign(issuer + "/authorize?" + new URLSearchParams({
      response_type: "code", client_id: client, redirect_uri: redirect,
      scope: "openid profile offline_access accounts:read",
      state: attempt.state, nonce: attempt.nonce,
      code_challenge: base64url(hash), code_challenge_method: "S256",
      prompt: "login consent", login_hint: "alice",
    }));
  }

  async function finish(query) {
    const attempt = JSON.parse(sessionStorage.getItem("attempt") || "null");
    sessionStorage.removeItem("attempt");
    history.replaceState(null, "", "/");
    if (!attempt || query.get("state") !== attempt.state) return say("state is not mine: the answer is thrown away", true);
    say("state is mine");
    if (query.get("iss") !== issuer) return say("iss is another server: the answer is thrown away", true);
    say("iss is the server that I asked");
    if (query.has("error")) return say("the server says " + query.get("error"), true);
    const answer = await fetch(issuer + "/token", { method: "POST", body: new URLSearchParams({
      grant_type: "authorization_code", client_id: client, code: query.get("code"),
      redirect_uri: redirect, code_verifier: attempt.verifier,
    }) });
    const tokens = await answer.json();
    if (!answer.ok) return say("the server refused the code: " + tokens.error, true);
    const claims = JSON.parse(atob(tokens.id_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    if (claims.nonce !== attempt.nonce) return say("the ID token is not of this request", true);
    say("the code is redeemed: the token is kept in memory only");
    token = tokens.access_token;
    await call("1001");
    $("sign-in").hidden = true;
    $("account").hidden = false;
    $("back").focus();
  }

  async function call(id) {
    const answer = await fetch(api + "/api/v1/accounts/" + id, { headers: { authorization: "Bearer " + token } });
    if (!answer.ok) return say("account " + id + ": " + answer.status + ", refused by the guard", true);
    const account = await answer.json();
    say("account " + id + ": " + answer.status);
    $("balance").textContent = account.balance + " €";
  }

  $("sign-in").addEventListener("click", () => { $("sign-in").disabled = true; begin(); });
  $("other").addEventListener("click", () => call("1002"));
  const query = new URLSearchParams(location.search);
  if (location.pathname === "/callback") finish(query).catch(error => say(String(error), true));
});
