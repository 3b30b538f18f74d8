// A bicycle rental's API with holes, on Express: `node rental.mjs PORT`. Every answer is in an envelope.
//
// `SECURE=1` closes every hole; `holes.json` beside this file is the ground truth. All data is in memory.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import express from "express";

const SECURE = process.env.SECURE === "1";
const app = express();
app.use(express.json());

const riders = new Map();
const tokens = new Map();
const bikes = new Map();
const rentals = new Map();
const reports = new Map();
const notices = [];

const objectId = () => randomBytes(12).toString("hex");
const send = (res, status, data) => res.status(status).json({ data });
const refuse = (res, status, title) => res.status(status).json({ errors: [{ status, title }] });

function rider(email, password, more = {}) {
    const name = email.split("@")[0];
    const one = { _id: objectId(), name, email, password, phone: `030-${name}`, motto: "", plan: "basic", isStaff: false,
        credit: 0, wallet: { email, limit: 50, card: `card of ${name}` }, ...more };
    riders.set(name, one);
    return one;
}

rider("rita@bikes.example", "rita-secret");
rider("ron@bikes.example", "ron-secret");
rider("stan@bikes.example", "stan-secret", { isStaff: true });
bikes.set("red-racer", { slug: "red-racer", gears: 21 });

// The one check that the repair switches on.
const refused = (isAllowed) => SECURE && !isAllowed;

// What a rider sees of their own record.
const own = ({ password, wallet, ...one }) => one;

// What everybody sees of a rider.
const profile = (one) => (SECURE ? { name: one.name, motto: one.motto } : own(one));

app.get("/openapi.json", (req, res) => res.type("json").send(readFileSync(new URL("openapi.json", import.meta.url))));

app.post("/api/signup", (req, res) => {
    const { email, password, ...more } = req.body ?? {};
    if (typeof email !== "string" || typeof password !== "string" || !email.includes("@")) {
        return refuse(res, 400, "email and password are needed");
    }
    if (riders.has(email.split("@")[0])) return refuse(res, 409, "there is such a rider");
    const { motto = "", plan = "basic" } = more;
    return send(res, 201, own(rider(email, password, SECURE ? { motto, plan } : more)));
});

app.post("/api/session", (req, res) => {
    const { email, password } = req.body ?? {};
    const one = [...riders.values()].find((one) => one.email === email && one.password === password);
    if (!one) return refuse(res, 401, "wrong email or password");
    const token = randomBytes(18).toString("base64url");
    tokens.set(token, one.name);
    return send(res, 200, { session: { token, rider: own(one) } });
});

app.get("/api/bikes", (req, res) => send(res, 200, [...bikes.values()]));

app.get("/api/bikes/:slug", (req, res) => {
    const bike = bikes.get(req.params.slug);
    return bike ? send(res, 200, bike) : refuse(res, 404, "no such bike");
});

// Everything below needs a token.
app.use((req, res, next) => {
    const [scheme, token] = (req.get("authorization") ?? "").split(" ");
    req.rider = scheme === "Bearer" ? riders.get(tokens.get(token)) : undefined;
    return req.rider ? next() : refuse(res, 401, "a token is needed");
});

app.get("/api/me", (req, res) => send(res, 200, own(req.rider)));

app.patch("/api/me", (req, res) => {
    const { motto = req.rider.motto, phone = req.rider.phone } = req.body ?? {};
    const { _id, name, email, password, wallet, ...more } = req.body ?? {};
    Object.assign(req.rider, SECURE ? { motto, phone } : more);
    return send(res, 200, own(req.rider));
});

app.get("/api/riders/:name", (req, res) => {
    const one = riders.get(req.params.name);
    if (!one) return refuse(res, 404, "no such rider");
    return send(res, 200, one === req.rider ? own(one) : profile(one));
});

app.get("/api/wallets/:email", (req, res) => {
    const one = [...riders.values()].find((one) => one.email === req.params.email);
    if (!one || refused(one === req.rider)) return refuse(res, 404, "no such wallet");
    return send(res, 200, one.wallet);
});

app.put("/api/wallets/:email", (req, res) => {
    // the caller's own, whatever the path says
    const { limit, card } = req.body ?? {};
    if (!Number.isInteger(limit) || typeof card !== "string") return refuse(res, 400, "limit and card are needed");
    Object.assign(req.rider.wallet, { limit, card });
    return send(res, 200, req.rider.wallet);
});

app.get("/api/rentals", (req, res) => {
    const mine = [...rentals.values()].filter((one) => one.rider === req.rider.name);
    return res.json({ data: mine, total: mine.length });
});

app.post("/api/rentals", (req, res) => {
    const { bike, remark = "" } = req.body ?? {};
    if (!bikes.has(bike)) return refuse(res, 400, "no such bike");
    const one = { _id: objectId(), rider: req.rider.name, bike, remark, state: "out" };
    rentals.set(one._id, one);
    return send(res, 201, one);
});

app.post("/api/rentals/return", (req, res) => {
    const { rentalId, remark = "" } = req.body ?? {};
    const one = rentals.get(rentalId);
    if (!one || refused(one.rider === req.rider.name)) return refuse(res, 404, "no such rental");
    Object.assign(one, { state: "returned", remark });
    return send(res, 200, one);
});

app.get("/api/rentals/:id", (req, res) => {
    const one = rentals.get(req.params.id);
    if (!one || refused(one.rider === req.rider.name)) return refuse(res, 404, "no such rental");
    return send(res, 200, one);
});

app.delete("/api/rentals/:id", (req, res) => {
    const one = rentals.get(req.params.id);
    if (!one || refused(one.rider === req.rider.name)) return refuse(res, 404, "no such rental");
    rentals.delete(one._id);
    return res.status(204).end();
});

app.get("/api/reports", (req, res) => {
    send(res, 200, [...reports.values()].filter((one) => one.author === req.rider.name));
});

app.post("/api/reports", (req, res) => {
    const { slug, text } = req.body ?? {};
    if (typeof slug !== "string" || typeof text !== "string") return refuse(res, 400, "slug and text are needed");
    if (reports.has(slug)) return refuse(res, 409, "there is such a report");
    reports.set(slug, { slug, text, author: req.rider.name });
    return send(res, 201, reports.get(slug));
});

app.get("/api/reports/:slug", (req, res) => {
    const one = reports.get(req.params.slug);
    if (!one || one.author !== req.rider.name) return refuse(res, 404, "no such report");
    return send(res, 200, one);
});

app.put("/api/reports/:slug", (req, res) => {
    const one = reports.get(req.params.slug);
    if (!one || refused(one.author === req.rider.name)) return refuse(res, 404, "no such report");
    if (typeof req.body?.text !== "string") return refuse(res, 400, "text is needed");
    one.text = req.body.text;
    return send(res, 200, one);
});

app.get("/api/staff/rentals", (req, res) => {
    if (refused(req.rider.isStaff)) return refuse(res, 403, "for staff");
    return send(res, 200, [...rentals.values()]);
});

app.post("/api/staff/notices", (req, res) => {
    if (!req.rider.isStaff) return refuse(res, 403, "for staff");
    notices.push({ _id: objectId(), text: String(req.body?.text) });
    return send(res, 201, notices.at(-1));
});

app.get("/api/staff/notices", (req, res) => {
    if (!req.rider.isStaff) return refuse(res, 403, "for staff");
    return send(res, 200, notices);
});

app.listen(Number(process.argv[2]), "127.0.0.1");
