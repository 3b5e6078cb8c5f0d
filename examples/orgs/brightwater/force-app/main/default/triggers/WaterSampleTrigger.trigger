trigger WaterSampleTrigger on Water_Sample__c (before delete, after update) {
    new WaterSampleTriggerHandler().run();
}
