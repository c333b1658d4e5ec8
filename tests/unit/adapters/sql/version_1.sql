-- What version 1 of the tables and of the blocking keys left of three students.
CREATE TABLE st_actors (
  id TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE st_blocking_keys (
  site_id TEXT NOT NULL,
  value TEXT NOT NULL,
  student_key TEXT NOT NULL,
  PRIMARY KEY (site_id, value, student_key),
  FOREIGN KEY(site_id, student_key) REFERENCES st_students (site_id, "key") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "st_blocking_keys" VALUES('elm','em:97517f5f11843682a7','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','fb:514eaf2a5d8438de33','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','fi:b6bc66249759e35fe1','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','gb:cde279afff4fc63f1f','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','gi:63e137b555fd597321','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','id:6276064dc27feb12d8','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','nn:b6bc66249759e35fe1','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','rf:51b9c83e3f5cc2104c','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','rf:815ee6dc2a7c2f0308','s1');
INSERT INTO "st_blocking_keys" VALUES('elm','rf:9813c56ebf130782f7','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','em:97517f5f11843682a7','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','fb:514eaf2a5d8438de33','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','fi:b6bc66249759e35fe1','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','gb:cde279afff4fc63f1f','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','gi:63e137b555fd597321','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','id:6276064dc27feb12d8','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','nn:b6bc66249759e35fe1','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','rf:51b9c83e3f5cc2104c','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','rf:815ee6dc2a7c2f0308','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','rf:a9267db7bcfbb68eeb','s1');
INSERT INTO "st_blocking_keys" VALUES('oak','fi:aff889f50fc346dd49','s2');
INSERT INTO "st_blocking_keys" VALUES('oak','gi:249630e1deb5ecc821','s2');
INSERT INTO "st_blocking_keys" VALUES('oak','nn:7c39002ca2f32aee19','s2');
INSERT INTO "st_blocking_keys" VALUES('oak','rf:da5c282a38be0a5100','s2');
CREATE TABLE st_codes (
  id TEXT NOT NULL,
  digest TEXT NOT NULL,
  site_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  students TEXT NOT NULL,
  generated_at VARCHAR(32) NOT NULL,
  generated_by TEXT NOT NULL,
  state TEXT NOT NULL,
  holder TEXT,
  PRIMARY KEY (id),
  UNIQUE (digest)
);
CREATE TABLE st_edits (
  number INTEGER NOT NULL,
  import_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (number),
  FOREIGN KEY(import_id) REFERENCES st_imports (id)
);
CREATE TABLE st_enrolments (
  site_id TEXT NOT NULL,
  school_id TEXT NOT NULL,
  student_key TEXT NOT NULL,
  PRIMARY KEY (site_id, school_id, student_key),
  FOREIGN KEY(site_id, student_key) REFERENCES st_students (site_id, "key") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "st_enrolments" VALUES('elm','north','s1');
INSERT INTO "st_enrolments" VALUES('elm','south','s1');
INSERT INTO "st_enrolments" VALUES('oak','north','s1');
INSERT INTO "st_enrolments" VALUES('oak','south','s1');
CREATE TABLE st_identifiers (
  site_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  student_key TEXT NOT NULL,
  PRIMARY KEY (site_id, kind, value),
  FOREIGN KEY(site_id, student_key) REFERENCES st_students (site_id, "key") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "st_identifiers" VALUES('elm','email','zoe@example.org','s1');
INSERT INTO "st_identifiers" VALUES('elm','student_id','0042','s1');
INSERT INTO "st_identifiers" VALUES('elm','user_name','zobrien','s1');
INSERT INTO "st_identifiers" VALUES('oak','email','zoe@example.org','s1');
INSERT INTO "st_identifiers" VALUES('oak','student_id','0042','s1');
INSERT INTO "st_identifiers" VALUES('oak','user_name','zobrien','s1');
CREATE TABLE st_import_rows (
  import_id TEXT NOT NULL,
  source_key TEXT NOT NULL,
  done BOOLEAN NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (import_id, source_key),
  FOREIGN KEY(import_id) REFERENCES st_imports (id)
);
CREATE TABLE st_imports (
  id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  school_id TEXT NOT NULL,
  code_id TEXT NOT NULL,
  source_site_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  students TEXT NOT NULL,
  started_at VARCHAR(32) NOT NULL,
  started_by TEXT NOT NULL,
  state TEXT NOT NULL,
  confirmed_at VARCHAR(32),
  ended_at VARCHAR(32),
  reference TEXT,
  version INTEGER NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE st_merges (
  site_id TEXT NOT NULL,
  id TEXT NOT NULL,
  survivor TEXT NOT NULL,
  absorbed TEXT NOT NULL,
  merged_at VARCHAR(32) NOT NULL,
  undone BOOLEAN NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (site_id, id)
);
CREATE TABLE st_progress (
  import_id TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  PRIMARY KEY (import_id),
  FOREIGN KEY(import_id) REFERENCES st_imports (id)
);
CREATE TABLE st_records (
  site_id TEXT NOT NULL,
  student_key TEXT NOT NULL,
  origin_site_id TEXT NOT NULL,
  origin_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (site_id, student_key, origin_site_id, origin_id),
  FOREIGN KEY(site_id, student_key) REFERENCES st_students (site_id, "key") ON DELETE CASCADE
);
INSERT INTO "st_records" VALUES('oak','s1','elm','1','{"origin":{"site_id":"elm","record_id":"1"},"quiz_number":"101","_is":"quiz"}');
CREATE TABLE st_schema_version (
  tables INTEGER NOT NULL,
  blocking INTEGER NOT NULL
);
INSERT INTO "st_schema_version" VALUES(1,1);
CREATE TABLE st_schools (
  site_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (site_id, id),
  FOREIGN KEY(site_id) REFERENCES st_sites (id)
);
CREATE TABLE st_search_words (
  site_id TEXT NOT NULL,
  value TEXT NOT NULL,
  student_key TEXT NOT NULL,
  PRIMARY KEY (site_id, value, student_key),
  FOREIGN KEY(site_id, student_key) REFERENCES st_students (site_id, "key") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "st_search_words" VALUES('elm','0042','s1');
INSERT INTO "st_search_words" VALUES('elm','anne','s1');
INSERT INTO "st_search_words" VALUES('elm','marie','s1');
INSERT INTO "st_search_words" VALUES('elm','obrien','s1');
INSERT INTO "st_search_words" VALUES('elm','zo','s1');
INSERT INTO "st_search_words" VALUES('elm','zoe','s1');
INSERT INTO "st_search_words" VALUES('oak','0042','s1');
INSERT INTO "st_search_words" VALUES('oak','anne','s1');
INSERT INTO "st_search_words" VALUES('oak','marie','s1');
INSERT INTO "st_search_words" VALUES('oak','obrien','s1');
INSERT INTO "st_search_words" VALUES('oak','zo','s1');
INSERT INTO "st_search_words" VALUES('oak','zoe','s1');
INSERT INTO "st_search_words" VALUES('oak','ada','s2');
INSERT INTO "st_search_words" VALUES('oak','obrien','s2');
CREATE TABLE st_sites (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  roster_source TEXT NOT NULL,
  PRIMARY KEY (id)
);
INSERT INTO "st_sites" VALUES('oak','Oak','network','manual');
CREATE TABLE st_students (
  site_id TEXT NOT NULL,
  "key" TEXT NOT NULL,
  given_name TEXT NOT NULL,
  middle_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  preferred_name TEXT NOT NULL,
  date_of_birth DATE,
  gender TEXT NOT NULL,
  year TEXT NOT NULL,
  national_id TEXT NOT NULL,
  student_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  email TEXT NOT NULL,
  provenance TEXT NOT NULL,
  extra TEXT NOT NULL,
  PRIMARY KEY (site_id, "key")
);
INSERT INTO "st_students" VALUES('oak','s1','Zoë','Anne-Marie','O''Brien','Zo','2015-02-28','F','Year 6','A123456789012','0042','zobrien','zoe@example.org','[["ash","7"],["elm","7"]]','[["House","Red"],["Zone","1"]]');
INSERT INTO "st_students" VALUES('oak','s2','Ada','','O''Brien','',NULL,'','','','','','','[]','[]');
INSERT INTO "st_students" VALUES('elm','s1','Zoë','Anne-Marie','O''Brien','Zo','2015-02-28','F','Year 6','A123456789012','0042','zobrien','zoe@example.org','[["ash","7"],["elm","7"]]','[["House","Red"],["Zone","1"]]');
CREATE TABLE st_terms (
  site_id TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  student_key TEXT NOT NULL,
  PRIMARY KEY (site_id, field, value, student_key),
  FOREIGN KEY(site_id, student_key) REFERENCES st_students (site_id, "key") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "st_terms" VALUES('elm','family','obrien','s1');
INSERT INTO "st_terms" VALUES('elm','given','zo','s1');
INSERT INTO "st_terms" VALUES('elm','given','zoe','s1');
INSERT INTO "st_terms" VALUES('elm','middle','annemarie','s1');
INSERT INTO "st_terms" VALUES('elm','national_id','A123456789012','s1');
INSERT INTO "st_terms" VALUES('oak','family','obrien','s1');
INSERT INTO "st_terms" VALUES('oak','given','zo','s1');
INSERT INTO "st_terms" VALUES('oak','given','zoe','s1');
INSERT INTO "st_terms" VALUES('oak','middle','annemarie','s1');
INSERT INTO "st_terms" VALUES('oak','national_id','A123456789012','s1');
INSERT INTO "st_terms" VALUES('oak','family','obrien','s2');
INSERT INTO "st_terms" VALUES('oak','given','ada','s2');
CREATE INDEX ix_st_codes_site_id ON st_codes (site_id);
CREATE INDEX ix_st_imports_site_id ON st_imports (site_id);
CREATE UNIQUE INDEX st_imports_one_holder ON st_imports (code_id) WHERE state != 'cancelled';
CREATE INDEX ix_st_imports_state ON st_imports (state);
CREATE INDEX st_merges_of_absorbed ON st_merges (site_id, absorbed);
CREATE INDEX st_enrolments_of_student ON st_enrolments (site_id, student_key);
CREATE INDEX st_blocking_keys_of_student ON st_blocking_keys (site_id, student_key);
CREATE INDEX st_search_words_of_student ON st_search_words (site_id, student_key);
CREATE INDEX st_terms_of_student ON st_terms (site_id, student_key);
CREATE INDEX st_identifiers_of_student ON st_identifiers (site_id, student_key);
CREATE INDEX st_import_rows_pending ON st_import_rows (import_id, done, source_key);
CREATE INDEX ix_st_edits_import_id ON st_edits (import_id);
