// What Java's clients send: its own, and OkHttp.

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import okhttp3.*;

public class Honest {
    static final String DOCUMENT =
        "{\"name\":\"Zoë 😀\",\"nested\":{\"a\":[1,2.5,-3E10,null,true]},\"big\":9007199254740991}";
    static final String TRANSFER = "{\"from\":\"alice\",\"amount\":12.50,\"memo\":\"für Zoë\"}";
    static final String FILE = "report 2026 é,@:+.pdf";
    static String url;
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static final HttpClient FIRST = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    static final OkHttpClient OK = new OkHttpClient();

    static void send(HttpClient client, String name, String method, String path, HttpRequest.BodyPublisher body,
            String... more) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path)).method(method, body)
            .header("Authorization", "Bearer TOKEN").header("X-Case", "java: " + name);
        for (int i = 0; i < more.length; i += 2) request.header(more[i], more[i + 1]);
        client.send(request.build(), BodyHandlers.ofString());
    }

    static void own() throws Exception {
        var none = BodyPublishers.noBody();
        var q = URLEncoder.encode("blue shoes é&", StandardCharsets.UTF_8);
        send(CLIENT, "get with an upgrade", "GET", "/items", none);
        send(FIRST, "get", "GET", "/items", none);
        send(FIRST, "query", "GET", "/search?q=" + q + "&tag=a&tag=b", none);
        send(FIRST, "path", "GET", new URI(null, null, "/files/" + FILE, null).toASCIIString(), none);
        var json = new String[] {"Content-Type", "application/json"};
        send(CLIENT, "post json with an upgrade", "POST", "/items", BodyPublishers.ofString(DOCUMENT), json);
        send(FIRST, "post json", "POST", "/items", BodyPublishers.ofString(DOCUMENT), json);
        send(FIRST, "transfer", "POST", "/transfers", BodyPublishers.ofString(TRANSFER), json);
        send(FIRST, "put json", "PUT", "/items/42", BodyPublishers.ofString(DOCUMENT), json);
        send(FIRST, "delete", "DELETE", "/items/42", none);
        send(FIRST, "form", "POST", "/form", BodyPublishers.ofString("name=" + q), "Content-Type",
            "application/x-www-form-urlencoded");
        send(FIRST, "post nothing", "POST", "/items/42/touch", none);
        send(FIRST, "chunked", "PUT", "/blobs/1", BodyPublishers.ofByteArrays(List.of("one piece, ".getBytes(),
            "and another".getBytes())), "Content-Type", "application/octet-stream");
        send(FIRST, "conditional", "GET", "/items/42", none, "If-None-Match", "\"a\"", "Accept",
            "application/json, text/*;q=0.5");
        send(FIRST, "head", "HEAD", "/items/42", none);
        send(FIRST, "trailing slash", "GET", "/orders/", none);
        var waits = HttpRequest.newBuilder(URI.create(url + "/blobs/1")).expectContinue(true)
            .PUT(BodyPublishers.ofString("waits")).header("Authorization", "Bearer TOKEN")
            .header("X-Case", "java: expect");
        FIRST.send(waits.build(), BodyHandlers.ofString());
    }

    static void ok(String name, HttpUrl address, String method, RequestBody body) throws Exception {
        var request = new Request.Builder().url(address).method(method, body)
            .header("Authorization", "Bearer TOKEN").header("X-Case", "okhttp: " + name).build();
        try (var answer = OK.newCall(request).execute()) {
            answer.body().string();
        }
    }

    static void okhttp() throws Exception {
        var root = HttpUrl.get(url);
        var json = MediaType.get("application/json");
        var utf8 = MediaType.get("application/json; charset=utf-8");
        var item = root.newBuilder().addPathSegments("items/42").build();
        var items = root.resolve("/items");
        ok("get", items, "GET", null);
        ok("query", root.resolve("/search").newBuilder().addQueryParameter("q", "blue shoes")
            .addQueryParameter("city", "Zürich").addQueryParameter("tag", "a").addQueryParameter("tag", "b")
            .addQueryParameter("x", "a+b&c=d/e?f").addQueryParameter("filter[name]", "x").build(), "GET", null);
        ok("path", root.newBuilder().addPathSegment("files").addPathSegment(FILE).build(), "GET", null);
        ok("post json", items, "POST", RequestBody.create(DOCUMENT, json));
        ok("transfer", root.resolve("/transfers"), "POST", RequestBody.create(TRANSFER, utf8));
        ok("put json", item, "PUT", RequestBody.create(DOCUMENT, utf8));
        ok("patch", item, "PATCH", RequestBody.create("{}", MediaType.get("application/merge-patch+json")));
        ok("delete", item, "DELETE", null);
        ok("form", root.resolve("/form"), "POST", new FormBody.Builder().add("name", "Zoë & co").add("tag", "a")
            .add("tag", "b").add("note", "a b+c").build());
        ok("multipart", root.resolve("/upload"), "POST", new MultipartBody.Builder("0123456789abcdef")
            .setType(MultipartBody.FORM).addFormDataPart("title", "Zoë").addFormDataPart("file", "é.txt",
            RequestBody.create("a\r\nb", MediaType.get("text/plain"))).build());
        ok("post nothing", root.resolve("/items/42/touch"), "POST", RequestBody.create(new byte[0], null));
        ok("head", item, "HEAD", null);
        ok("trailing slash", root.resolve("/orders/"), "GET", null);
    }

    public static void main(String[] arguments) throws Exception {
        url = arguments[0];
        own();
        okhttp();
        OK.dispatcher().executorService().shutdown();
        OK.connectionPool().evictAll();
        System.exit(0);
    }
}
