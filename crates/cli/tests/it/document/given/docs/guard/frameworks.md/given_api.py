# What FastAPI answers at /openapi.json.
from http.server import BaseHTTPRequestHandler, HTTPServer

DOCUMENT = b"""{"openapi": "3.1.0", "info": {"title": "FastAPI", "version": "0.1.0"}, "paths": {
  "/accounts/{id}": {"get": {"summary": "Account", "operationId": "account_accounts__id__get",
    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "title": "Id"}}],
    "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {}}}}}}}}}"""

class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(DOCUMENT)))
        self.end_headers()
        self.wfile.write(DOCUMENT)

HTTPServer(("127.0.0.1", 9000), Api).serve_forever()
