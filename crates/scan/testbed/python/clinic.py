"""A clinic's API with holes, on FastAPI, whose OpenAPI document is generated: `python3 clinic.py PORT`.

`SECURE=1` closes every hole; `holes.json` beside this file is the ground truth. All data is in memory.
"""

import os
import secrets
import sys
from typing import Annotated, Literal

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict

SECURE = os.environ.get("SECURE") == "1"

app = FastAPI(title="Clinic", version="3.2")
sign_in = OAuth2PasswordBearer(tokenUrl="auth/token")

people = {}
tokens = {}
appointments = {}
letters = {}
prescriptions = []
reviews = {}


class Model(BaseModel):
    """What a request may contain; without the repair anything else is taken too."""

    model_config = ConfigDict(extra="ignore" if SECURE else "allow")


class Signup(Model):
    username: str
    password: str
    full_name: str = ""


class PersonChange(Model):
    full_name: str | None = None
    address: str | None = None


class RecordChange(BaseModel):
    allergies: str
    history: str = ""


class NewAppointment(BaseModel):
    doctor: str = "dorothy"
    kind: Literal["checkup", "vaccination", "surgery"] = "checkup"
    reason: str


class Reschedule(BaseModel):
    reason: str


class NewLetter(BaseModel):
    text: str


class NewPrescription(BaseModel):
    patient: str
    medicine: str


class NewReview(BaseModel):
    text: str
    stars: int = 5


def person(username, password, role, **more):
    people[username] = {"username": username, "password": password, "role": role, "full_name": "", "address": "",
                        "allergies": "none", "history": f"history of {username}", **more}


for name in ("paula", "peter"):
    person(name, f"{name}-secret", "patient", full_name=name.title())
person("dorothy", "dorothy-secret", "doctor", full_name="Dr Dorothy")


def caller(token: Annotated[str, Depends(sign_in)]):
    found = people.get(tokens.get(token))
    if found is None:
        raise HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
    return found


Caller = Annotated[dict, Depends(caller)]


def require(is_allowed, status=403):
    """The one check that the repair switches on."""
    if SECURE and not is_allowed:
        raise HTTPException(status, "not for you")


def require_always(is_allowed, status=403):
    if not is_allowed:
        raise HTTPException(status, "not for you")


def found(place, key):
    if key not in place:
        raise HTTPException(404, "not found")
    return place[key]


def public(who):
    return {name: who[name] for name in who if name not in ("password", "allergies", "history")}


def is_doctor(who):
    return who["role"] == "doctor"


@app.post("/auth/signup", status_code=201)
def signup(new: Signup):
    if new.username in people:
        raise HTTPException(409, "the name is taken")
    sent = {"role": "patient", **new.model_dump()}
    person(sent.pop("username"), sent.pop("password"), sent.pop("role"), **sent)
    return public(people[new.username])


@app.post("/auth/token")
def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    who = people.get(form.username)
    if who is None or who["password"] != form.password:
        raise HTTPException(401, "wrong name or password")
    value = secrets.token_urlsafe(24)
    tokens[value] = form.username
    return {"access_token": value, "token_type": "bearer", "expires_in": 3600}


@app.get("/auth/whoami")
def whoami(who: Caller):
    return public(who)


@app.patch("/auth/whoami")
def change_whoami(change: PersonChange, who: Caller):
    sent = change.model_dump(exclude_unset=True)
    who.update({name: value for name, value in sent.items() if name not in ("username", "password")})
    return public(who)


@app.get("/doctors")
def doctors():
    return [{"username": who["username"], "full_name": who["full_name"]} for who in people.values() if is_doctor(who)]


@app.get("/patients/{username}")
def read_record(username: str, who: Caller):
    record = found(people, username)
    require(username == who["username"] or is_doctor(who), 404)
    return {name: record[name] for name in ("username", "full_name", "allergies", "history")}


@app.put("/patients/{username}")
def change_record(username: str, change: RecordChange, who: Caller):
    record = found(people, username)
    require(username == who["username"] or is_doctor(who))
    record.update(change.model_dump())
    return {name: record[name] for name in ("username", "full_name", "allergies", "history")}


@app.get("/appointments")
def list_appointments(who: Caller):
    return [one for one in appointments.values() if one["patient"] == who["username"]]


@app.post("/appointments", status_code=201)
def create_appointment(new: NewAppointment, who: Caller):
    slug = f"{new.kind}-{secrets.token_hex(4)}"
    appointments[slug] = {"slug": slug, "patient": who["username"], **new.model_dump()}
    letters[slug] = []
    return appointments[slug]


@app.get("/appointments/{slug}")
def read_appointment(slug: str, who: Caller):
    one = found(appointments, slug)
    require_always(one["patient"] == who["username"] or is_doctor(who), 404)
    return one


@app.patch("/appointments/{slug}")
def reschedule(slug: str, change: Reschedule, who: Caller):
    one = found(appointments, slug)
    require(one["patient"] == who["username"], 404)
    one.update(change.model_dump())
    return one


@app.delete("/appointments/{slug}", status_code=204)
def delete_appointment(slug: str, who: Caller):
    """204 for everybody; only what is the caller's own is deleted."""
    one = appointments.get(slug)
    if one and (one["patient"] == who["username"] or not SECURE):
        del appointments[slug]


@app.get("/appointments/{slug}/letters")
def list_letters(slug: str, who: Caller):
    one = found(appointments, slug)
    require(one["patient"] == who["username"] or is_doctor(who), 404)
    return {"letters": letters[slug]}


@app.post("/appointments/{slug}/letters", status_code=201)
def create_letter(slug: str, new: NewLetter, who: Caller):
    one = found(appointments, slug)
    require_always(one["patient"] == who["username"] or is_doctor(who), 404)
    letter = {"id": secrets.randbelow(10**9), "author": who["username"], **new.model_dump()}
    letters[slug].append(letter)
    return letter


@app.get("/prescriptions")
def list_prescriptions(who: Caller, patient: str | None = None):
    named = patient or who["username"]
    require_always(named == who["username"] or is_doctor(who), 404)
    return [one for one in prescriptions if one["patient"] == named]


@app.post("/prescriptions", status_code=201)
def prescribe(new: NewPrescription, who: Caller):
    require(is_doctor(who))
    found(people, new.patient)
    one = {"id": len(prescriptions) + 1, "doctor": who["username"], **new.model_dump()}
    prescriptions.append(one)
    return one


@app.get("/staff/patients")
def list_patients(who: Caller):
    require(is_doctor(who))
    return [{**public(one), "allergies": one["allergies"]} for one in people.values()]


@app.get("/staff/rota")
def rota(who: Caller):
    require_always(is_doctor(who))
    return {"monday": "dorothy"}


@app.get("/reviews")
def list_reviews():
    return list(reviews.values())


@app.post("/reviews", status_code=201)
def create_review(new: NewReview, who: Caller):
    number = len(reviews) + 1
    reviews[number] = {"id": number, "author": who["username"], **new.model_dump()}
    return reviews[number]


@app.put("/reviews/{id}")
def change_review(id: int, new: NewReview, who: Caller):
    review = found(reviews, id)
    require_always(review["author"] == who["username"])
    review.update(new.model_dump())
    return review


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
