namespace Crux.Services.Reeve;

/// <summary>Which keys of a service on this node count.</summary>
/// <param name="Number">What keys that are signed now have.</param>
/// <param name="Oldest">Keys of older ones count nowhere any more.</param>
public readonly record struct KeyGeneration(ulong Number, ulong Oldest);
