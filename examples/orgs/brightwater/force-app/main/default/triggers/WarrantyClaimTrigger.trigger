trigger WarrantyClaimTrigger on Warranty_Claim__c (before insert) {
    new WarrantyClaimTriggerHandler().run();
}
