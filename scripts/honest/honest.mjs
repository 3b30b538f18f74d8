// What Node's clients send.

import http from "node:http";
import { gzipSync } from "node:zlib";

const url = process.argv[2];
const document = {
  name: "Zoë 😀",
  nested: { a: [1, 2.5, -3e10, null, true] },
  big: Number.MAX_SAFE_INTEGER,
  text: 'line\n"q" \u2028',
};
const transfer = { from: "alice", amount: 12.5, memo: "für Zoë" };
const query = { q: "blue shoes", city: "Zürich", x: "a+b&c=d/e?f" };
const file = "report 2026 é,@:+.pdf";
const json = { "Content-Type": "application/json" };

const form = () => {
  const data = new FormData();
  data.append("title", "Zoë");
  data.append("file", new Blob(["a\r\nb"], { type: "text/plain" }), "é.txt");
  return data;
};
const pairs = () => new URLSearchParams([["name", "Zoë & co"], ["tag", "a"], ["tag", "b"], ["note", "a b+c"]]);
const conditional = { "If-None-Match": '"a"', Range: "bytes=0-99", "Cache-Control": "no-cache" };

const cases = () => [
  ["get", "GET", "/items"],
  ["query", "GET", "/search?" + new URLSearchParams(query)],
  ["query by hand", "GET", "/search?q=" + encodeURIComponent(query.x) + "&city=Zürich&tag=a&tag=b"],
  ["query brackets", "GET", "/search?filter[name]=x&filter[tags][]=a|b"],
  ["path", "GET", "/files/" + encodeURIComponent(file)],
  ["path by URL", "GET", new URL("/files/" + file, url).pathname],
  ["post json", "POST", "/items", JSON.stringify(document), json],
  ["transfer", "POST", "/transfers", JSON.stringify(transfer), json],
  ["put json", "PUT", "/items/42", JSON.stringify([document], null, 2), { "Content-Type": "application/json; charset=UTF-8" }],
  ["patch", "PATCH", "/items/42", "{}", { "Content-Type": "application/merge-patch+json" }],
  ["delete", "DELETE", "/items/42"],
  ["text", "POST", "/upload", "a text é", { "Content-Type": "text/plain;charset=UTF-8" }],
  ["gzip", "POST", "/upload", gzipSync('{"a":1}'), { ...json, "Content-Encoding": "gzip" }],
  ["post nothing", "POST", "/items/42/touch"],
  ["conditional", "GET", "/items/42", undefined, conditional],
  ["head", "HEAD", "/items/42"],
  ["trailing slash", "GET", "/orders/"],
];

const named = (client, name, more) => ({ Authorization: "Bearer TOKEN", "X-Case": `${client}: ${name}`, ...more });

const withFetch = async () => {
  const send = async (name, method, path, body, more, options = {}) => {
    const answer = await fetch(url + path, { method, body, headers: named("fetch", name, more), ...options });
    await answer.text();
  };
  for (const one of cases()) await send(...one);
  await send("form", "POST", "/form", pairs());
  await send("multipart", "POST", "/upload", form());
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("one piece"));
      controller.close();
    },
  });
  await send("chunked", "PUT", "/blobs/1", stream, {}, { duplex: "half" });
};

const withHttp = async () => {
  const send = (name, method, path, body, more) =>
    new Promise((resolve, reject) => {
      const headers = named("node:http", name, more);
      // a string that is not escaped is refused by the client itself
      const request = http.request(new URL(path, url), { method, headers }, (answer) => {
        answer.resume();
        answer.on("end", resolve);
      });
      request.on("error", reject);
      request.end(body);
    });
  for (const one of cases()) await send(...one);
  await send("form", "POST", "/form", pairs().toString(), { "Content-Type": "application/x-www-form-urlencoded" });
  await new Promise((resolve) => {
    const request = http.request(
      url + "/blobs/1",
      { method: "PUT", headers: named("node:http", "chunked", { "Content-Type": "application/octet-stream" }) },
      (answer) => answer.resume().on("end", resolve),
    );
    request.write("one piece, ");
    request.end("and another");
  });
};

const withAxios = async () => {
  const axios = (await import("axios")).default;
  const send = (name, options) => {
    const { headers, ...others } = options;
    return axios({ baseURL: url, headers: named("axios", name, headers), ...others });
  };
  await send("get", { url: "/items" });
  await send("query", { url: "/search", params: query });
  await send("query list", { url: "/search", params: { tag: ["a", "b"], at: new Date(0) } });
  await send("query nested", { url: "/search", params: { filter: { name: "x" } } });
  await send("path", { url: "/files/" + encodeURIComponent(file) });
  await send("post json", { url: "/items", method: "post", data: document });
  await send("transfer", { url: "/transfers", method: "post", data: transfer });
  await send("put json", { url: "/items/42", method: "put", data: [document] });
  await send("patch", { url: "/items/42", method: "patch", data: { name: null } });
  await send("delete", { url: "/items/42", method: "delete" });
  await send("form", { url: "/form", method: "post", data: pairs() });
  await send("multipart", { url: "/upload", method: "post", data: form() });
  await send("post nothing", { url: "/items/42/touch", method: "post" });
  await send("conditional", { url: "/items/42", headers: conditional });
  await send("head", { url: "/items/42", method: "head" });
  await send("trailing slash", { url: "/orders/" });
};

await withFetch();
await withHttp();
await withAxios();
