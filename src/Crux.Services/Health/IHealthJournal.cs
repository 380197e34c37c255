namespace Crux.Services.Health;

/// <summary>Where a node keeps the availability history for its next start: entries that are only added, and a new beginning now and then.</summary>
/// <remarks>One caller at a time.</remarks>
public interface IHealthJournal : IDisposable
{
    /// <summary>What was wrong with what lay there, in words, once it was read; null where nothing was.</summary>
    string? Problem { get; }

    /// <summary>Bytes that the entries of the last <see cref="Replace"/> take.</summary>
    long WholeBytes { get; }

    /// <summary>Bytes added since.</summary>
    long AddedBytes { get; }

    /// <summary>
    /// What was kept, oldest first, read as it is asked for; nothing may be added before the last was taken. A part that was being written when the power went is left out.
    /// </summary>
    IEnumerable<KeptHealth> Read();

    /// <summary>Adds entries. A process that is killed after this has lost none of them; a machine may, until <see cref="Flush"/>.</summary>
    /// <exception cref="IOException">The disk refuses; what was there before is as it was.</exception>
    void Append(IReadOnlyList<KeptHealth> entries);

    /// <summary>Puts on disk what was added.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    void Flush();

    /// <summary>Puts these entries in place of all there are: the old ones or the new ones are there after a crash, never a part.</summary>
    /// <exception cref="IOException">The disk refuses; what was there before is as it was.</exception>
    void Replace(IEnumerable<KeptHealth> entries);
}
