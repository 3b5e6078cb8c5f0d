trigger LeaseTrigger on Lease__c (before insert) {
    for (Lease__c lease : Trigger.new) {
        if (lease.Starts_On__c == null) {
            lease.Starts_On__c = Date.today().toStartOfMonth().addMonths(1);
        }
    }
}
