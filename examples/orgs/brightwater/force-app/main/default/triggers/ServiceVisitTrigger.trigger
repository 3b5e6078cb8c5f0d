trigger ServiceVisitTrigger on Service_Visit__c (before insert, after update) {
    new ServiceVisitTriggerHandler().run();
}
