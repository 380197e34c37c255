namespace Crux.Client.Selection;

/// <summary>What the choice of connections looks at.</summary>
/// <param name="Score">Higher is preferred within the tier; differs from client to client so that they spread.</param>
/// <param name="State">Null where there is no connection yet.</param>
internal readonly record struct Candidate(string Key, int Tier, int Score, EndpointState? State);
