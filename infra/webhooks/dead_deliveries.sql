-- What was given up is counted for those who watch: a few rows among very many.
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (company_id) WHERE status = 'dead';
