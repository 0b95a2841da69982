"""Outside systems (数据交换): what leaves is kept in an outbox with the act that sends it, and delivered until it is answered."""
