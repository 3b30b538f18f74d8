// Routes in Express, as it comes: each says that it matched, and what it read.
const express = require("express");
const { version } = require("express/package.json");

const app = express();
app.get("/items/:id", (request, response) => response.json({ route: "item", value: request.params.id }));
app.get("/admin", (request, response) => response.json({ route: "admin" }));
app.get("/health", (request, response) => response.json({ route: "health" }));
app.get("/search", (request, response) => response.json({ route: "search", value: request.query.id }));
app.use(express.json(), express.urlencoded({ extended: true }));
// whose, wherever it is said
app.all(["/transfers", "/forms"], (request, response) => {
  const [from, role] = [request.param("from"), request.param("role")];
  response.json({ route: request.method, value: role ? `${from} as ${role}` : from });
});
app.get("/caller", (request, response) => response.json({ route: "caller", value: request.get("airside-subject") }));

const server = app.listen(0, "127.0.0.1", () => {
  const { address, port } = server.address();
  console.log(`${address}:${port} ${version}`);
});
