namespace Crux.Machines.Flock.Durable;

/// <summary>
/// A state to put on disk, whole, in place of the one of its kind before. Once it is there for good, and not before, the owner
/// calls <see cref="FlockMachine.Persisted"/> with its ticket.
/// </summary>
/// <remarks>Of each kind one at most is under way. A disk that fails is tried again, for as long as it takes.</remarks>
/// <param name="Kind">Which state.</param>
/// <param name="Ticket">Names the write; never 0, and grows.</param>
/// <param name="Content">The state. Not changed afterwards: it may be read on another thread.</param>
public readonly record struct DurableWrite(DurableKind Kind, ulong Ticket, ReadOnlyMemory<byte> Content);
