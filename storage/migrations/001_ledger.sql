-- The ledger's tables. Facts are only ever added: no row is updated or deleted, so that what was known at any
-- moment can be asked again. Where something has a state (a feed, a change, an alert), a row is added for every new
-- state, numbered by "step", and a view picks the latest.
--
-- The tables that grow with the statements (statement, fingerprint_key, fetch) have no primary key: its index would
-- be touched by every pass and make a pass on a large ledger several times slower. Their rows are unique because
-- each is written in the transaction of a row that has a key (coding, fingerprint).

CREATE TABLE watch (
    watch_id    VARCHAR PRIMARY KEY CHECK (length(watch_id) > 0),
    recorded_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE watch_file (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    step        INTEGER NOT NULL CHECK (step >= 1),
    title       VARCHAR NOT NULL,
    toml        VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, step)
);

CREATE TABLE concept (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    id          VARCHAR NOT NULL,
    step        INTEGER NOT NULL CHECK (step >= 1),
    proposition VARCHAR NOT NULL,
    terms       VARCHAR[] NOT NULL,
    support     VARCHAR[] NOT NULL,
    oppose      VARCHAR[] NOT NULL,
    retired     BOOLEAN NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, id, step)
);

CREATE TABLE actor (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    name        VARCHAR NOT NULL CHECK (length(name) > 0),
    origin      VARCHAR NOT NULL CHECK (origin IN ('watch', 'text')),
    step        INTEGER NOT NULL CHECK (step >= 1),
    kind        VARCHAR NOT NULL CHECK (kind IN ('person', 'organization', 'state')),
    affiliation VARCHAR,
    retired     BOOLEAN NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, name, origin, step)
);

CREATE TABLE alias (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    actor       VARCHAR NOT NULL,
    alias       VARCHAR NOT NULL,
    step        INTEGER NOT NULL CHECK (step >= 1),
    retired     BOOLEAN NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, actor, alias, step)
);

CREATE TABLE feed (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    feed_id     VARCHAR NOT NULL,
    step        INTEGER NOT NULL CHECK (step >= 1),
    url         VARCHAR NOT NULL,
    outlet      VARCHAR,
    engine      VARCHAR,
    removed     BOOLEAN NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, feed_id, step)
);

CREATE TABLE run (
    run_id     VARCHAR PRIMARY KEY,
    watch_id   VARCHAR NOT NULL REFERENCES watch (watch_id),
    started_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE run_end (
    run_id      VARCHAR PRIMARY KEY REFERENCES run (run_id),
    finished_at TIMESTAMPTZ NOT NULL,
    status      VARCHAR NOT NULL,
    stats       JSON NOT NULL,
    error       VARCHAR
);

CREATE TABLE "fetch" (
    watch_id      VARCHAR NOT NULL,
    feed_id       VARCHAR,
    article_id    VARCHAR,
    url           VARCHAR NOT NULL,
    requested_at  TIMESTAMPTZ NOT NULL,
    outcome       VARCHAR NOT NULL CHECK (outcome IN ('fetched', 'unchanged', 'gone', 'failed', 'skipped')),
    status        SMALLINT,
    final_url     VARCHAR,
    moved_to      VARCHAR,
    etag          VARCHAR,
    last_modified VARCHAR,
    body_sha256   VARCHAR,
    bytes         BIGINT CHECK (bytes >= 0),
    error         VARCHAR,
    next_at       TIMESTAMPTZ,
    new_entries   INTEGER,
    last_item_at  TIMESTAMPTZ,
    version_id    VARCHAR,
    CHECK ((feed_id IS NULL) <> (article_id IS NULL))
);

CREATE TABLE article (
    id          VARCHAR PRIMARY KEY,
    url         VARCHAR NOT NULL,
    outlet      VARCHAR,
    recorded_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE entry (
    watch_id     VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    feed_id      VARCHAR NOT NULL,
    key          VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    title        VARCHAR NOT NULL,
    summary      VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    outlet       VARCHAR,
    recorded_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, article_id)
);

CREATE TABLE version (
    id           VARCHAR PRIMARY KEY,
    article_id   VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    outlet       VARCHAR NOT NULL,
    title        VARCHAR NOT NULL,
    text         VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    recorded_at  TIMESTAMPTZ NOT NULL,
    language     VARCHAR,
    author       VARCHAR,
    page_sha256  VARCHAR
);

CREATE TABLE watch_version (
    watch_id    VARCHAR NOT NULL,
    version_id  VARCHAR NOT NULL,
    role        VARCHAR NOT NULL CHECK (role IN ('baseline', 'coverage')),
    skipped     VARCHAR,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, version_id)
);

CREATE TABLE fingerprint (
    version_id VARCHAR PRIMARY KEY,
    digest     BIGINT NOT NULL,
    size       INTEGER NOT NULL,
    signature  BIGINT[] NOT NULL,
    passages   BIGINT[] NOT NULL,
    copy_group VARCHAR NOT NULL
);

CREATE TABLE fingerprint_key (
    key        UINTEGER NOT NULL,
    version_id VARCHAR NOT NULL
);

CREATE TABLE regrouping (
    version_id  VARCHAR NOT NULL,
    step        INTEGER NOT NULL CHECK (step >= 1),
    copy_group  VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (version_id, step)
);

CREATE TABLE coding (
    watch_id    VARCHAR NOT NULL,
    version_id  VARCHAR NOT NULL,
    coder       VARCHAR NOT NULL,
    note        VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, version_id, coder)
);

CREATE TABLE coder (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    step        INTEGER NOT NULL CHECK (step >= 1),
    coder       VARCHAR NOT NULL,
    name        VARCHAR NOT NULL,
    reason      VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, step)
);

CREATE TABLE statement (
    id             VARCHAR NOT NULL,
    watch_id       VARCHAR NOT NULL,
    version_id     VARCHAR NOT NULL,
    attribution_id VARCHAR NOT NULL,
    source         STRUCT("start" INTEGER, "end" INTEGER)[] NOT NULL,
    cue            STRUCT("start" INTEGER, "end" INTEGER)[] NOT NULL,
    content        STRUCT("start" INTEGER, "end" INTEGER)[] NOT NULL,
    attribution_confidence DOUBLE NOT NULL CHECK (attribution_confidence BETWEEN 0 AND 1),
    actor          VARCHAR,
    concept        VARCHAR,
    agreement      TINYINT CHECK (agreement BETWEEN -2 AND 2),
    words          VARCHAR NOT NULL,
    source_text    VARCHAR NOT NULL,
    quote_type     VARCHAR NOT NULL CHECK (quote_type IN ('direct', 'indirect', 'mixed')),
    content_start  INTEGER,
    content_end    INTEGER,
    said_at        DATE,
    published_at   TIMESTAMPTZ,
    recorded_at    TIMESTAMPTZ NOT NULL,
    outlet         VARCHAR NOT NULL,
    url            VARCHAR NOT NULL,
    coder          VARCHAR NOT NULL,
    condition      VARCHAR,
    basis          VARCHAR[] NOT NULL,
    confidence     DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    said_basis     VARCHAR NOT NULL,
    copy_group     VARCHAR NOT NULL,
    CHECK (content_start <= content_end)
);

CREATE TABLE change (
    watch_id            VARCHAR NOT NULL REFERENCES watch (watch_id),
    id                  VARCHAR NOT NULL,
    step                INTEGER NOT NULL CHECK (step >= 1),
    actor               VARCHAR NOT NULL,
    concept             VARCHAR NOT NULL,
    kind                VARCHAR NOT NULL
        CHECK (kind IN ('reversed', 'softened', 'hardened', 'new_concept', 'new_actor', 'reaffirmed')),
    from_agreement      TINYINT CHECK (from_agreement BETWEEN -2 AND 2),
    to_agreement        TINYINT CHECK (to_agreement BETWEEN -2 AND 2),
    status              VARCHAR NOT NULL CHECK (status IN ('tentative', 'confirmed', 'reverted')),
    said_at             DATE NOT NULL,
    independent_reports INTEGER NOT NULL CHECK (independent_reports >= 0),
    evidence            VARCHAR[] NOT NULL,
    baseline_agreement  TINYINT CHECK (baseline_agreement BETWEEN -2 AND 2),
    before              VARCHAR[] NOT NULL,
    confidence          DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    reason              VARCHAR NOT NULL,
    from_condition      VARCHAR,
    to_condition        VARCHAR,
    run_id              VARCHAR,
    recorded_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, id, step)
);

CREATE TABLE detection (
    watch_id        VARCHAR NOT NULL REFERENCES watch (watch_id),
    step            INTEGER NOT NULL CHECK (step >= 1),
    statement_mark  BIGINT NOT NULL,
    review_mark     BIGINT NOT NULL,
    regrouping_mark BIGINT NOT NULL,
    coder_mark      BIGINT NOT NULL,
    run_id          VARCHAR,
    recorded_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, step)
);

CREATE TABLE alert (
    alert_id    VARCHAR PRIMARY KEY,
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    channel     VARCHAR NOT NULL,
    recipient   VARCHAR NOT NULL,
    topic       VARCHAR NOT NULL,
    payload     VARCHAR NOT NULL,
    not_before  TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE alert_change (
    channel        VARCHAR NOT NULL,
    recipient      VARCHAR NOT NULL,
    change_id      VARCHAR NOT NULL,
    told_as        VARCHAR NOT NULL CHECK (told_as IN ('tentative', 'confirmed', 'corrected', 'restored')),
    alert_id       VARCHAR NOT NULL REFERENCES alert (alert_id),
    actor          VARCHAR NOT NULL,
    concept        VARCHAR NOT NULL,
    kind           VARCHAR NOT NULL,
    from_agreement TINYINT,
    to_agreement   TINYINT,
    said_at        DATE NOT NULL,
    proposition    VARCHAR NOT NULL,
    PRIMARY KEY (channel, recipient, change_id, told_as)
);

CREATE TABLE alert_attempt (
    alert_id     VARCHAR NOT NULL REFERENCES alert (alert_id),
    attempt      INTEGER NOT NULL CHECK (attempt >= 1),
    outcome      VARCHAR NOT NULL CHECK (outcome IN ('started', 'sent', 'failed', 'given_up')),
    error        VARCHAR,
    next_try_at  TIMESTAMPTZ,
    recorded_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (alert_id, attempt, outcome)
);

CREATE TABLE notice (
    watch_id    VARCHAR NOT NULL REFERENCES watch (watch_id),
    topic       VARCHAR NOT NULL,
    step        INTEGER NOT NULL CHECK (step >= 1),
    state       VARCHAR NOT NULL CHECK (state IN ('warned', 'recovered')),
    detail      VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (watch_id, topic, step)
);

CREATE TABLE review (
    review_id     VARCHAR PRIMARY KEY,
    watch_id      VARCHAR NOT NULL REFERENCES watch (watch_id),
    subject       VARCHAR NOT NULL CHECK (subject IN ('statement', 'change', 'actor')),
    subject_id    VARCHAR NOT NULL,
    verdict       VARCHAR NOT NULL CHECK (verdict IN ('accept', 'reject', 'correct', 'merge')),
    name          VARCHAR NOT NULL CHECK (length(name) > 0),
    reason        VARCHAR NOT NULL CHECK (length(reason) > 0),
    version_id    VARCHAR,
    concept       VARCHAR,
    content_start INTEGER,
    content_end   INTEGER,
    corrects      VARCHAR[] NOT NULL,
    to_actor      VARCHAR,
    to_concept    VARCHAR,
    to_agreement  TINYINT CHECK (to_agreement BETWEEN -2 AND 2),
    to_said_at    DATE,
    to_condition  VARCHAR,
    recorded_at   TIMESTAMPTZ NOT NULL
);
