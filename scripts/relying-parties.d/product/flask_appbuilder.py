from install import python
from product import flask_oidc
from run import expect

MAIN = """\
from flask import Flask, jsonify
from flask_appbuilder import AppBuilder
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_login import current_user, login_required

app = Flask(__name__)
app.config.from_object("config")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///app.db"
db = get_sqla_class()(app)
with app.app_context():
    appbuilder = AppBuilder(app, db.session)


@app.get("/who")
@login_required
def who():
    return jsonify(username=current_user.username, roles=[role.name for role in current_user.roles])
"""


def install(home):
    return python(home, "flask-appbuilder", "authlib", "requests")["flask-appbuilder"]


def check(run):
    run.register("flask-appbuilder")
    run.write("main.py", MAIN)
    flask_oidc.start(run, "main")
    alice = run.person()
    alice.open(run.url + "/login/airside")
    page = alice.open(run.url + "/who")
    run.signed_in(page, '"alice"')
    expect(page.json()["roles"].count("Admin") == 1, page)
    bob = run.person("bob")
    bob.open(run.url + "/login/airside")
    expect("Admin" not in bob.open(run.url + "/who").text, "bob is an administrator")
    run.results["groups"] = "yes"
    page = alice.follow(run.url + "/logout/")
    alice.follow(*alice.answer(page))
    run.signed_out(alice, run.url + "/login/airside")
