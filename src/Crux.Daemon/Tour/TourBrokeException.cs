namespace Crux.Daemon.Tour;

/// <summary>Something that the tour promises did not come true; the message says what.</summary>
internal sealed class TourBrokeException(string message) : Exception(message);
