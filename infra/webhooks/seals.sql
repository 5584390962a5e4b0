-- Webhooks are told of seals, too, which are no events: which one a delivery is of, and up to which one each webhook
-- has taken them. Those that are there already begin at the last.
ALTER TABLE webhook_deliveries ADD COLUMN seal_epoch integer, ADD COLUMN seal_size bigint;
ALTER TABLE webhook_cursors ADD COLUMN seal_epoch integer NOT NULL DEFAULT 0,
                            ADD COLUMN seal_size bigint NOT NULL DEFAULT 0;
UPDATE webhook_cursors AS reached SET seal_epoch = last.epoch, seal_size = last.size
  FROM (SELECT DISTINCT ON (company_id) company_id, epoch, size FROM audit_seals
         ORDER BY company_id, epoch DESC, size DESC) AS last
 WHERE last.company_id = reached.company_id;
