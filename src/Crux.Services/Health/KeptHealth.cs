namespace Crux.Services.Health;

/// <summary>One entry of a health journal.</summary>
/// <param name="AtUnixMs">When it was written, by the wall clock.</param>
/// <param name="Update">A part of the book or a record, serialised; empty for a mark that says only that the history was kept until then.</param>
public readonly record struct KeptHealth(long AtUnixMs, ReadOnlyMemory<byte> Update);
