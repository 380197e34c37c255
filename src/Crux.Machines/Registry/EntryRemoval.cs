namespace Crux.Machines.Registry;

/// <summary>An entry that is gone. A point that changes its api leaves the one and enters the other, so a key alone would not do.</summary>
public readonly record struct EntryRemoval(string Api, EntryKey Key);
