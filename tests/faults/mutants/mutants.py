"""The mechanisms that keep what the platform promises, each with the patch that turns it off and the test that sees it.

A patch is exact text of today's source. Whoever changes that source finds the mutant here by its error, and writes the
patch anew: a list that rots would prove nothing.
"""

from dataclasses import dataclass

KILLS, PARTNER = "tests/faults/kills", "tests/faults/partner"
PROXY = "deploy/proxy/nginx.conf.j2"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One mechanism turned off: in `file`, the text `was` becomes `now`; then `test` has to fail."""

    mechanism: str
    file: str
    was: str
    now: str
    test: str


HOLD = 'self.writes.defer(context.collection(name), str(document["_id"]), Insertion(document))'

MUTANTS = [
    Mutant(
        mechanism="events are told in the transaction of the state",
        file="shared/storage/service_context.py",
        was=HOLD,
        now=f'context.collection(name).insert_one(document) if name == "outbox" else {HOLD}',
        test=f"{KILLS}/test_web.py::test_f2_killed_inside_the_transaction[claims]",
    ),
    Mutant(
        mechanism="the audit is written in the transaction of the state",
        file="shared/storage/service_context.py",
        was=HOLD,
        now=f'context.collection(name).insert_one(document) if name == "audit" else {HOLD}',
        test=f"{KILLS}/test_web.py::test_f2_killed_inside_the_transaction[identity]",
    ),
    Mutant(
        mechanism="the row under an Idempotency-Key is written in the transaction of the state",
        file="shared/http/endpoint.py",
        was="            _keep(uow, keyed, answer)",
        now="            _keep(before, keyed, answer)",
        test=f"{KILLS}/test_web.py::test_f2_killed_inside_the_transaction[documents]",
    ),
    Mutant(
        mechanism="what was done under a key is kept under it",
        file="shared/http/endpoint.py",
        was='uow.collection("requests").insert(keyed.local_id, row)',
        now="pass",
        test=f"{KILLS}/test_web.py::test_f3_killed_after_the_commit_before_the_answer[claims]",
    ),
    Mutant(
        mechanism="a key is held to the request that it came with first",
        file="shared/http/endpoint.py",
        was='if stored["fingerprint"] != keyed.fingerprint_in(uow):',
        now="if False:",
        test="tests/claims/claims/test_routes.py::test_the_same_key_gives_the_same_answer_and_one_claim",
    ),
    Mutant(
        mechanism="the id of an event that was taken in is kept",
        file="shared/bus/inbox.py",
        was='self.context.collection("inbox").insert_many(ids, session=transaction.session)',
        now="pass",
        test="tests/shared/bus/test_inbox.py::test_a_batch_is_one_transaction_and_twice_is_once",
    ),
    Mutant(
        mechanism="the id of an event is kept in the transaction of its effect",
        file="shared/bus/inbox.py",
        was='self.context.collection("inbox").insert_many(ids, session=transaction.session)',
        now='self.context.collection("inbox").insert_many(ids)',
        test="tests/shared/bus/test_inbox.py::test_an_early_event_waits_for_what_it_builds_on",
    ),
    Mutant(
        mechanism="the offset is committed after the work",
        file="shared/bus/consumer.py",
        was="""\
                for batch in batches(received):
                    self.inbox.handle(batch)
                if received:
                    _commit(consumer)
""",
        now="""\
                if received:
                    _commit(consumer)
                for batch in batches(received):
                    self.inbox.handle(batch)
""",
        test=f"{KILLS}/test_inbox.py::test_f7_killed_after_the_poll_before_the_transaction",
    ),
    Mutant(
        mechanism="an event waits for what a dead process holds",
        file="shared/bus/inbox.py",
        was="(*EARLY_WAITS_S, 5.0, 10.0, 15.0, 15.0, 15.0)",
        now="EARLY_WAITS_S",
        test="tests/shared/bus/test_relay.py::test_an_event_waits_longer_than_a_dead_transaction_lives",
    ),
    Mutant(
        mechanism="what follows a parked event in its key is parked",
        file="shared/bus/inbox.py",
        was="if not dead_letters.blocked_keys(database, [record.key]):",
        now="if True:",
        test="tests/shared/bus/test_inbox.py::test_one_bad_event_parks_its_key_and_lets_the_others_by",
    ),
    Mutant(
        mechanism="a consumer stops before it parks its whole topic",
        file="shared/bus/dead_letter_limit.py",
        was="if open_now >= self.limit:",
        now="if False:",
        test=f"{KILLS}/test_poison.py::test_f12_the_limit_stops_the_consumer",
    ),
    Mutant(
        mechanism="events are marked sent after the broker has them",
        file="shared/bus/relay.py",
        was="""\
        failpoint("relay.read")
        self._send([event for document in documents for event in document["events"]])  # type: ignore[attr-defined]
        failpoint("relay.acknowledged")
        self._mark(documents)
""",
        now="""\
        self._mark(documents)
        failpoint("relay.read")
        self._send([event for document in documents for event in document["events"]])  # type: ignore[attr-defined]
        failpoint("relay.acknowledged")
""",
        test=f"{KILLS}/test_relay.py::test_f4_killed_after_reading_the_outbox",
    ),
    Mutant(
        mechanism="one relay of a service carries at a time",
        file="shared/bus/relay.py",
        was='free = {"_id": self.name, "$or": [{"holder": self.holder}, {"until": {"$lt": at}}]}',
        now='free = {"_id": self.name}',
        test="tests/shared/bus/test_relay.py",
    ),
    Mutant(
        mechanism="a thing is saved over the version that was read, and no other",
        file="shared/storage/tenant_collection.py",
        was='old, change = {**self._its(key), "version": version}, {"$set": whole}',
        now='old, change = self._its(key), {"$set": whole}',
        test="tests/shared/storage/test_service_context.py::test_a_writer_that_is_always_late_is_told_so",
    ),
    Mutant(
        mechanism="many things are saved over the versions that were read",
        file="shared/storage/pending_writes.py",
        was='wanted["version"] = version',
        now="wanted |= {}",
        test="tests/shared/storage/test_tenant_collection.py",
    ),
    Mutant(
        mechanism="many things that change alike are changed over the versions that were read",
        file="shared/storage/tenant_collection.py",
        was='{"_id": {"$in": chunk}, "fund": self.fund_id, "version": _version_before(group[0])},',
        now='{"_id": {"$in": chunk}, "fund": self.fund_id},',
        test="tests/shared/storage/test_tenant_collection.py",
    ),
    Mutant(
        mechanism="what was read ahead is as the transaction leaves it",
        file="shared/storage/pending_writes.py",
        was='self.ahead.revise(name, key, cast(Document, write.change["$set"]))',
        now="pass",
        test="tests/shared/storage/test_read_ahead.py",
    ),
    Mutant(
        mechanism="what was read ahead of one fund is never the answer to another",
        file="shared/storage/tenant_collection.py",
        was='asked = [{"fund": self.fund_id, **equal, field: value} for value in wanted]',
        now="asked = [{**equal, field: value} for value in wanted]",
        test="tests/shared/storage/test_read_ahead.py",
    ),
    Mutant(
        mechanism="the fund stands in every query",
        file="shared/storage/tenant_collection.py",
        was='equal, ahead = {"fund": self.fund_id, **equal}, self.ahead',
        now="equal, ahead = {**equal}, self.ahead",
        test="tests/shared/storage/test_service_context.py::test_one_fund_never_sees_another_s",
    ),
    Mutant(
        mechanism="the fund stands in every id",
        file="shared/storage/tenant_collection.py",
        was='return f"{self.fund_id}:{local_id}"',
        now='return f":{local_id}"',
        test="tests/shared/storage/test_service_context.py::test_one_fund_never_sees_another_s",
    ),
    Mutant(
        mechanism="a file whose outcome is unknown is asked about before it is sent again",
        file="services/payments/banking/sending.py",
        was="known = rules.taken if is_there else rules.never_taken",
        now="known = rules.never_taken",
        test="tests/payments/banking/test_jobs.py::test_a_file_that_was_sent_into_silence_is_asked_about_not_sent_again",
    ),
    Mutant(
        mechanism="that a file is being sent is written down before the bank is called",
        file="services/payments/banking/sending.py",
        was="sending = self.change(context, fund_id, file, rule=rules.begin_sending)",
        now="sending = file",
        test=f"{KILLS}/test_payout_file.py::test_f22_killed_after_uploading",
    ),
    Mutant(
        mechanism="what a block of a file of debits says is looked at once more before the bank may have it",
        file="services/payments/debits/actions.py",
        was="mandate is not None and rules.stands(each, mandate, block=block) and",
        now="mandate is not None and",
        test="tests/payments/debits/test_debits.py"
        "::test_a_debt_paid_otherwise_before_the_file_leaves_is_taken_out_of_it",
    ),
    Mutant(
        mechanism="a block of a file that the bank never saw is looked at again",
        file="services/payments/debits/actions.py",
        was="if not rules.is_as_written(block, debits, in_force):",
        now="if False:",
        test="tests/payments/debits/test_blocks.py"
        "::test_i11_a_file_that_the_bank_never_saw_is_looked_at_again_in_all_its_blocks",
    ),
    Mutant(
        mechanism="what the bank refuses of a file in a second verdict counts as well",
        file="services/payments/banking/sending.py",
        was="self._report_again(context, fund_id, file)",
        now="pass",
        test=f"{PARTNER}/test_bank_files.py::test_f23_a_verdict_in_halves_ends_as_the_whole_one",
    ),
    Mutant(
        mechanism="money that leaves for a payout that the bank refused is shown to a person",
        file="services/payments/payouts/rules.py",
        was="return payout.status is Status.RETURNED and payout.returned_by is None",
        now="return False",
        test="tests/payments/banking/test_actions.py::test_money_that_leaves_for_a_payout_that_the_bank_refused_is_a_case",
    ),
    Mutant(
        mechanism="a message of the bank is taken in at its own fund's door",
        file="services/payments/banking/messages.py",
        was="if parsed is not None and parsed.fund != fund.fund_id:",
        now="if False:",
        test=f"{PARTNER}/test_bank_webhooks.py::test_f24_a_statement_is_fetched_by_the_fund_that_it_is_of_and_by_no_other",
    ),
    Mutant(
        mechanism="debits equal credits",
        file="services/payments/ledger/entry.py",
        was="if self.total_minor(Side.DEBIT) != self.total_minor(Side.CREDIT):",
        now="if False:",
        test="tests/payments/ledger/test_rules.py::test_a_wrong_entry_cannot_be_built",
    ),
    Mutant(
        mechanism="who granted a claim does not confirm it",
        file="services/claims/claims/decisions.py",
        was="""\
    must_be_another(claim, by)
    if by.subject in claim.proposal.deciders:
        raise SamePerson
""",
        now="    must_be_another(claim, by)\n",
        test="tests/claims/claims/test_decisions.py::test_above_an_amount_a_second_person_confirms_and_then_it_is_owed",
    ),
    Mutant(
        mechanism="who decided a claim does not decide the appeal against it",
        file="services/claims/claims/decisions.py",
        was="if claim.appealed is not None and by.subject in claim.appealed.deciders:",
        now="if False:",
        test="tests/claims/appeals/test_routes.py::test_an_appeal_is_reviewed_by_another_and_pays_the_difference",
    ),
    Mutant(
        mechanism="what is in doubt is not decided untouched",
        file="services/claims/claims/deciding.py",
        was="    if doubts:\n        return store.claims.save(uow, Outcome(replace(claim, doubts=doubts)))\n",
        now="",
        test="tests/claims/claims/test_rule_decisions.py::test_what_is_in_doubt_waits_for_an_agent_with_the_proposal",
    ),
    Mutant(
        mechanism="of an appeal only the difference is paid",
        file="services/claims/claims/decisions.py",
        was="difference_minor = amount_minor - claim.appealed.approved_minor",
        now="difference_minor = amount_minor",
        test="tests/claims/appeals/test_routes.py::test_an_appeal_is_reviewed_by_another_and_pays_the_difference",
    ),
    Mutant(
        mechanism="a sealed value is bound to its fund, class and person",
        file="shared/encryption/keys.py",
        was='return f"{self.fund_id}|{data_class}|{associated_data}".encode()',
        now='return b""',
        test="tests/shared/encryption/test_keys.py::test_a_value_moved_to_another_person_class_or_fund_does_not_open",
    ),
    Mutant(
        mechanism="the bank's messages are signed",
        file="shared/webhooks.py",
        was="if not any(hmac.compare_digest(one, other) for one in given for other in expected):",
        now="if False:",
        test="tests/payments/banking/test_routes.py::test_what_the_bank_did_not_sign_or_not_now_is_refused",
    ),
    Mutant(
        mechanism="the bank's messages are fresh",
        file="shared/webhooks.py",
        was="if abs(at.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():",
        now="if False:",
        test="tests/payments/banking/test_routes.py::test_what_the_bank_did_not_sign_or_not_now_is_refused",
    ),
    Mutant(
        mechanism="a caller may do what the token's scopes say",
        file="shared/http/endpoint.py",
        was="if self.route.scope not in actor.scopes:",
        now="if False:",
        test="tests/security/test_callers.py",
    ),
    Mutant(
        mechanism="each link of the audit holds the one before it",
        file="shared/storage/audit.py",
        was="return _sha256([self.fund_id, self.number, self.previous, self.documents])",
        now="return _sha256([self.fund_id, self.number, self.documents])",
        test="tests/shared/process/test_auditing.py",
    ),
    Mutant(
        mechanism="what a killed process left open is ended by its successor",
        file="shared/storage/sessions.py",
        was="self._end(self._orphaned())",
        now="self._orphaned()",
        test="tests/shared/storage/test_sessions.py",
    ),
    Mutant(
        mechanism="what a lost connection left open is ended before the next transaction",
        file="shared/storage/sessions.py",
        was="self._lost.add(session_id)",
        now="pass",
        test="tests/shared/storage/test_sessions.py",
    ),
    Mutant(
        mechanism="an answer without end is given up",
        file="shared/responses.py",
        was="if len(body) > bytes_max:",
        now="if False:",
        test="tests/shared/test_responses.py",
    ),
    Mutant(
        mechanism="the proxy hands over a request when all of it is here",
        file=PROXY,
        was="proxy_request_buffering on;",
        now="proxy_request_buffering off;",
        test="tests/proxy/test_slow_callers.py::test_h1_bodies_in_drops_take_no_thread_however_long_they_come",
    ),
    Mutant(
        mechanism="the proxy takes an answer whole",
        file=PROXY,
        was="proxy_buffering on;",
        now="proxy_buffering off;",
        test="tests/proxy/test_slow_callers.py::test_an_answer_that_nobody_takes_holds_no_thread",
    ),
    Mutant(
        mechanism="what a caller says of where it comes from is replaced",
        file=PROXY,
        was="proxy_set_header X-Forwarded-For $remote_addr;",
        now="proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        test="tests/proxy/test_outside.py::test_what_a_caller_says_of_where_it_comes_from_is_replaced",
    ),
    Mutant(
        mechanism="what may have been acted on is not sent again",
        file=PROXY,
        was="proxy_next_upstream error;",
        now="proxy_next_upstream error non_idempotent;",
        test="tests/proxy/test_outside.py::test_what_may_have_been_acted_on_is_not_sent_again",
    ),
    Mutant(
        mechanism="what is for the operators is hidden from others",
        file="deploy/proxy/config.py",
        was='NOT_OUTSIDE = ("/v1/[^/]+/operations(?:/|$)", ',
        now="NOT_OUTSIDE = (",
        test="tests/proxy/test_outside.py::test_every_route_is_reached_from_outside_but_those_of_operations",
    ),
    Mutant(
        mechanism="requests beyond the places of a process are refused",
        file="shared/http/load_shedding.py",
        was="if len(self._waiting) >= self.waiting_max:",
        now="if False:",
        test="tests/shared/http/test_load_shedding.py::test_who_waits_longest_is_let_in_first_and_no_newcomer_before_them",
    ),
    Mutant(
        mechanism="what a run granted is written down, so that no later run pays it",
        file="services/claims/runs/granting.py",
        was="granted[line.period] = GrantedInRun(period=line.period, amount_minor=line.right_minor)",
        now="pass",
        test="tests/claims/runs/test_rules.py::test_any_sequence_pays_what_is_right_once",
    ),
    Mutant(
        mechanism="what was overpaid is carried to the next run",
        file="services/claims/runs/granting.py",
        was="carry_minor=payment.carry_after_minor,",
        now="carry_minor=0,",
        test="tests/claims/runs/test_rules.py::test_any_sequence_pays_what_is_right_once",
    ),
    Mutant(
        mechanism="a cover is as the law of its first day says",
        file="shared/funds/effects.py",
        was="return find_in_force(self.cover, on=day)",
        now="return self.cover[0] if self.cover else None",
        test="tests/claims/awards/test_rules.py::test_an_award_keeps_the_law_of_its_first_day",
    ),
    Mutant(
        mechanism="a period that the law pays by others now is taken back",
        file="services/claims/runs/computing.py",
        was="return OTHER_PERIODS if first_on <= period.first_on <= upto.last_on else None",
        now="return None",
        test="tests/claims/runs/test_rules.py::test_a_law_of_the_past_counts_a_quarter_that_was_paid_with_its_months",
    ),
    Mutant(
        mechanism="of a period that is owed in part its days are paid",
        file="services/claims/runs/prorating.py",
        was="amount_minor=rule.rounded(whole.amount_minor * owed),",
        now="amount_minor=whole.amount_minor,",
        test="tests/claims/runs/test_prorating.py::test_a_rate_that_changes_in_mid_month_is_paid_from_its_day_on",
    ),
    Mutant(
        mechanism="a run is approved by a second person",
        file="services/claims/runs/rules.py",
        was="if run.status is Status.COMPUTED and by == run.made_by:",
        now="if False:",
        test="tests/claims/runs/test_rules.py::test_a_run_is_approved_by_a_second_person",
    ),
    Mutant(
        mechanism="a page of a run is told over the version of the run that was read",
        file="services/claims/runs/actions.py",
        was="if run.version != seen.version or run.status is not Status.APPROVED:",
        now="if False:",
        test="tests/claims/runs/test_routes.py::test_a_run_of_many_pages_goes_on_behind_the_last",
    ),
    Mutant(
        mechanism="what changed after a run was computed is withheld",
        file="services/claims/runs/actions.py",
        was="if granting.must_be_withheld(payment, award) or granting.takes_too_much(payment, debts.of(award)):",
        now="if False:",
        test="tests/claims/runs/test_routes.py::test_what_was_suspended_or_ended_after_the_computing_is_withheld",
    ),
    Mutant(
        mechanism="of a payment no more is taken than the fund allows",
        file="services/claims/runs/computing.py",
        was="payable_minor if recovery is None else recovery.at_most(payable_minor)",
        now="payable_minor",
        test="tests/claims/runs/test_rules.py"
        "::test_a_share_of_a_payment_at_most_is_taken_and_the_rest_carried_until_all_is_recovered",
    ),
    Mutant(
        mechanism="what another payment took off is not recovered again",
        file="services/claims/overpayments/rules.py",
        was="owed_minor -= _taken_off(award, payments) if last_on is not None else 0",
        now="pass",
        test="tests/claims/overpayments/test_rules.py::test_what_another_payment_took_off_is_not_recovered_again",
    ),
    Mutant(
        mechanism="the cause of a judgement is kept with the event that it came with",
        file="services/claims/reassessments/rules.py",
        was="causes = (*reassessment.causes, cause)[:CAUSES_MAX]",
        now="causes = reassessment.causes",
        test="tests/claims/reassessments/test_journey.py"
        "::test_killed_between_the_event_and_the_judgement_nothing_is_lost",
    ),
    Mutant(
        mechanism="a birthday is awaited by a job of its day",
        file="services/claims/reassessments/rules.py",
        was="return min((day for day in days if day > after), default=None)",
        now="return None",
        test="tests/claims/reassessments/test_journey.py::test_a_birthday_changes_the_sum_on_its_day",
    ),
    Mutant(
        mechanism="a payment that was computed before its award was decided again is withheld",
        file="services/claims/runs/granting.py",
        was="award.until_on != payment.award_until_on or is_decided_again",
        now="award.until_on != payment.award_until_on",
        test="tests/claims/reassessments/test_journey.py::test_a_payment_that_was_computed_before_is_withheld",
    ),
    Mutant(
        mechanism="the payment of an award is ordered once",
        file="services/payments/payouts/actions.py",
        was="if not store.of_payment(uow, due.payment_id):",
        now="if True:",
        test="tests/payments/payouts/test_actions.py"
        "::test_an_award_s_payments_are_ordered_once_each_beside_the_claim_that_opened_it",
    ),
]
