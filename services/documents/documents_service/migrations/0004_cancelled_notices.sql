-- The notice of a termination that was undone is `cancelled`: not valid any more, and still downloadable. Among the issues, that a
-- termination was undone stands as a row of its own, so that news of it which comes later revives nothing.
-- The new states are more than the former ones: what wrote under the former constraints still can.
-- squawk-ignore ban-drop-constraint
ALTER TABLE documents DROP CONSTRAINT documents_state_check;
ALTER TABLE documents ADD CONSTRAINT documents_state_check CHECK (
    state IN ('valid', 'superseded', 'expired', 'cancelled')
) NOT VALID;
-- squawk-ignore ban-drop-constraint
ALTER TABLE issues DROP CONSTRAINT issues_status_check;
ALTER TABLE issues ADD CONSTRAINT issues_status_check CHECK (
    status IN ('planned', 'done', 'failed', 'superseded', 'unchanged', 'not_due', 'cancelled')
) NOT VALID;
