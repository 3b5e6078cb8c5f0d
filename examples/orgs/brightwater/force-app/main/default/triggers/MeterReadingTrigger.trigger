trigger MeterReadingTrigger on Meter_Reading__c (before insert, after insert) {
    if (Trigger.isBefore) {
        MeterReadingTriggerHandler.setDefaults(Trigger.new);
    } else {
        MeterReadingTriggerHandler.checkForLeak(Trigger.new);
    }
}
