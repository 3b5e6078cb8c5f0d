import { LightningElement, api } from 'lwc';

const COLUMNS = [
    { label: 'Visit', fieldName: 'Name' },
    { label: 'Date', fieldName: 'Scheduled_Date__c', type: 'date-local' },
    { label: 'Status', fieldName: 'Status__c' }
];

export default class UnitCard extends LightningElement {
    @api unit;
    columns = COLUMNS;
}
