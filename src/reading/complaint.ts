/** Why the call or its input cannot be followed, in words for whoever made it: a value, never thrown. */
export interface Complaint {
  readonly complaint: string;
}

export const complain = (complaint: string): Complaint => ({ complaint });

export const isComplaint = (value: object): value is Complaint => 'complaint' in value;
