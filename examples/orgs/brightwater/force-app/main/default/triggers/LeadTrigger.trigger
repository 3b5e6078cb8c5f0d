// Predates the handlers. The quote form sends one lead at a time.
trigger LeadTrigger on Lead (before insert) {
    Lead request = Trigger.new[0];
    if (request.LeadSource == 'Web') {
        List<Group> queues = [SELECT Id FROM Group WHERE Type = 'Queue' AND DeveloperName = 'Web_Leads' LIMIT 1];
        if (!queues.isEmpty()) {
            request.OwnerId = queues[0].Id;
        }
    }
}
