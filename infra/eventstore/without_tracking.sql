-- Nothing of ours records how far it has processed what another application recorded.
DROP TABLE tracking;
