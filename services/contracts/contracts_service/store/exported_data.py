"""SQL of all that is kept of a person, for whoever asks for their own data (GDPR art. 15 and 20). Amounts are still cents.

Each part is one statement: name → the SQL of its rows. `:persons` are those whom the caller may see, `:person` the caller,
`:contract` and `:member` the contract and whose it is. What is sealed leaves with the row's id, which it is bound to.
"""

import re
from dataclasses import dataclass
from typing import Any

from service_kit.database import Connection

from contracts_service.domain.viewer import Viewer

_NAME = re.compile(r"(?<!:):([a-z]+)")  # and no cast

# Of whoever asks; a beneficiary never gets what is the member's.
OF_EVERYBODY = {
    "remboursements": """
        SELECT reimbursements.id, person_id, care_date, act, provider, payee, amount_spent, base, rate, mandatory_share,
            complementary_share, remaining_cost, paid_on, statements.identifier AS statement, source, line_id, revision
        FROM reimbursements LEFT JOIN statements ON statements.id = statement_id
        WHERE person_id = ANY(:persons) ORDER BY care_date DESC, reimbursements.id DESC""",
    "remboursements_remplaces": """
        SELECT reimbursement_id, revision.person_id, revision.care_date, revision.act, revision.amount_spent,
            revision.mandatory_share, revision.complementary_share, revision.remaining_cost, revision.revision, replaced_at
        FROM reimbursement_revisions AS revision JOIN reimbursements ON reimbursements.id = reimbursement_id
        WHERE reimbursements.person_id = ANY(:persons) AND revision.person_id = ANY(:persons)
        ORDER BY revision.care_date DESC, reimbursement_id, revision.revision DESC""",
    "releves": """
        SELECT identifier, statement_parts.person_id, lines, amount_spent, mandatory_share, complementary_share, remaining_cost,
            first_care_date, last_care_date, latest_paid_on
        FROM statement_parts JOIN statements ON statements.id = statement_id
        WHERE person_id = ANY(:persons) ORDER BY statements.dated_on DESC, identifier""",
    "comptes_bancaires": """
        SELECT id, state, iban_sealed, holder_sealed, bic_sealed, requested_at, in_force_on, in_force_at, ended_at
        FROM bank_details WHERE person_id = :person ORDER BY requested_at DESC""",
    "demandes_sur_mes_donnees": """
        SELECT kind, asked_at, ended_at FROM data_requests WHERE person_id = :person ORDER BY asked_at""",
    "autonomie": """
        SELECT at, refused, refused_on, recorded_by FROM autonomy_changes WHERE beneficiary_id = ANY(:persons) ORDER BY at""",
}
OF_MEMBERS = {
    "beneficiaires": """
        SELECT id, first_name, last_name, birth_date, birth_rank, relation, nir_sealed, created_at, removed_at
        FROM beneficiaries WHERE contract_id = :contract AND id = ANY(:persons) ORDER BY place, id""",
    "cotisations": """
        SELECT reference, period_start, period_end, due_date, amount, tax_amount, status, paid_on, method
        FROM contributions WHERE contract_id = :contract ORDER BY due_date DESC, id DESC""",
    "demandes_de_beneficiaires": """
        SELECT id, change, state, relation, first_name, last_name, birth_date, requested_date, effective_date, created_at,
            submitted_at, decided_at, closed_at
        FROM beneficiary_requests WHERE member_id = :member AND (beneficiary_id IS NULL OR beneficiary_id = ANY(:persons))
        ORDER BY created_at""",
    "resiliations": """
        SELECT id, use, channel, received_at, state, motive, requalified, effective_date, refund_by
        FROM terminations WHERE member_id = :member ORDER BY received_at""",
    "anciennes_adresses": """
        SELECT address, known_since, replaced_at FROM former_addresses WHERE member_id = :member ORDER BY position""",
}
MEMBER = """
    SELECT members.id, membership_number, title, last_name, birth_name, first_name, birth_date, nir_sealed, email, phone, address,
        statement_identifier_sealed, delivery_preference, email_verified_at, created_at, changed_at
    FROM members WHERE id = :member"""
BENEFICIARY = """
    SELECT id, first_name, last_name, birth_date, birth_rank, relation, nir_sealed, email, phone, delivery_preference, created_at,
        removed_at
    FROM beneficiaries WHERE id = :person AND contract_id = :contract"""
CONTRACT = """
    SELECT membership_number, product, kind, effective_date, renewal_date, end_date, responsible, guarantees
    FROM contracts JOIN members ON members.id = member_id
    WHERE contracts.id = :contract AND member_id = :member"""


@dataclass(frozen=True)
class StoredData:
    """Rows as they are kept: of the person, of the contract, and of every list."""

    person: dict[str, Any]
    contract: dict[str, Any]
    lists: dict[str, list[dict[str, Any]]]


async def read(connection: Connection, viewer: Viewer) -> StoredData:
    """Return all that is kept of whoever looks, and of those whom that person may see; in the caller's transaction."""
    is_member = viewer.role == "member"
    person = await _rows(connection, MEMBER if is_member else BENEFICIARY, viewer)
    contract = await _rows(connection, CONTRACT, viewer)
    parts = {**OF_EVERYBODY, **(OF_MEMBERS if is_member else {})}
    return StoredData(
        person[0], contract[0], {name: await _rows(connection, sql, viewer) for name, sql in parts.items()}
    )


async def _rows(connection: Connection, sql: str, viewer: Viewer) -> list[dict[str, Any]]:
    values = {
        "persons": list(viewer.sees),
        "person": viewer.person_id,
        "contract": viewer.contract_id,
        "member": viewer.member_id,
    }
    named = list(dict.fromkeys(_NAME.findall(sql)))
    numbered = _NAME.sub(lambda name: f"${named.index(name[1]) + 1}", sql)
    return [dict(row) for row in await connection.fetch(numbered, *(values[name] for name in named))]
