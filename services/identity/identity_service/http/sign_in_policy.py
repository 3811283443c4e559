"""GET /v1/{brand}/sign-in-policy, /v1/{brand}/terms and /.well-known/jwks.json: what is known before anybody has signed in."""

from typing import Literal

from pydantic import BaseModel
from service_kit.http.endpoints import Endpoint, Public
from service_kit.http.lasting_answers import LastingAnswer, Prepared

from identity_service.domain.brand_policy import BrandPolicy
from identity_service.domain.sign_in_checks import as_json, sign_in_checks
from identity_service.resources import Identity


class Help(BaseModel):
    """Whom to call or write to."""

    phone: str
    email: str
    hours: str

    @classmethod
    def of(cls, policy: BrandPolicy) -> "Help":
        """Return the brand's contact."""
        return cls(phone=policy.phone, email=policy.email, hours=policy.hours)


class Check(BaseModel):
    """One thing to check when signing in fails; `way_out` names the collection of this API that helps."""

    code: str
    detail: str
    way_out: str | None


class SignInPolicy(BaseModel):
    """How a brand's members sign in."""

    brand: str
    name: str
    login_identifier: Literal["nir", "email"]
    password_rule: Literal["six_digits", "passphrase"]
    first_connection_factors: list[str]
    terms_version: str
    help: Help
    passkeys: bool
    new_device_check: bool
    checks: list[Check]


class TermsOfUse(BaseModel):
    """The terms in force, in Markdown."""

    version: str
    text: str


class PublicKey(BaseModel):
    """A key that access tokens are verified with (RFC 8037 § 2)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    alg: str
    use: str


class PublicKeys(BaseModel):
    """A JWKS (RFC 7517 § 5)."""

    keys: list[PublicKey]


def sign_in_policy(identity: Identity, brand: str) -> LastingAnswer:
    """Return the brand's policy."""
    policy = identity.brands[brand]
    answer = SignInPolicy(
        brand=brand,
        name=policy.name,
        login_identifier=policy.login_identifier,
        password_rule=policy.password_rule,
        first_connection_factors=list(policy.first_connection_factors),
        terms_version=policy.terms_version,
        help=Help.of(policy),
        passkeys=identity.relying_party is not None,
        new_device_check=policy.checks_new_devices,
        checks=[Check.model_validate(one) for one in as_json(sign_in_checks(policy))],
    )
    return LastingAnswer.of(answer.model_dump(mode="json"))


def terms_of_use(identity: Identity, brand: str) -> LastingAnswer:
    """Return the terms of use."""
    terms = identity.terms[brand]
    return LastingAnswer.of(TermsOfUse(version=terms.version, text=terms.text).model_dump())


def public_keys(identity: Identity, _brand: str) -> LastingAnswer:
    """Return the keys that access tokens are verified with (RFC 7517)."""
    return identity.signing.public_keys()


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/sign-in-policy",
        "show_sign_in_policy",
        "How members of the brand sign in",
        Prepared(sign_in_policy),
        Public(),
        answer=SignInPolicy,
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/terms",
        "show_terms",
        "The terms of use",
        Prepared(terms_of_use),
        Public(),
        answer=TermsOfUse,
    ),
    Endpoint(
        "GET",
        "/.well-known/jwks.json",
        "show_public_keys",
        "Keys of access tokens",
        Prepared(public_keys, changes=True),
        Public(),
        answer=PublicKeys,
        lasts_seconds=300,
    ),
]
