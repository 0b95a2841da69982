"""The portal (门户): pages that parse, call one verb and answer. They decide nothing."""
