namespace Ahenk.Storage.Sqlite.Journal;

/// <summary>What a write must survive once its task has completed, the least first.</summary>
internal enum Durability
{
    /// <summary>
    /// As <see cref="ProcessEnd"/>, and it may stay in the write-ahead log: there is nothing in it that has to leave. An agent with nothing to do writes such once a
    /// minute, and a checkpoint each time would be three fsyncs.
    /// </summary>
    Count,

    /// <summary>The death of the process; a power cut may undo it. Costs no fsync.</summary>
    ProcessEnd,

    /// <summary>A power cut too.</summary>
    PowerCut,
}

/// <summary>One entry of the journal's queue.</summary>
internal interface IJournalEntry
{
    /// <summary>Nothing of it was stored; without effect once it has been completed.</summary>
    void Fail(Exception exception);
}

/// <summary>A write; shares a transaction with its neighbours.</summary>
internal interface IJournalWrite : IJournalEntry
{
    Durability Durability { get; }

    /// <summary>Does the work within the transaction; is called again when the transaction had to be rolled back for a neighbour's sake.</summary>
    void Apply(JournalTransaction transaction);

    /// <summary>The transaction was committed.</summary>
    void Succeed();
}

/// <summary>A write that answers a value. It is its own completion source: one object a write.</summary>
/// <param name="durability">What it must survive.</param>
/// <param name="arguments">What <paramref name="apply"/> needs, so that it can be static.</param>
/// <param name="apply">The work; changes nothing but the database.</param>
internal sealed class JournalWrite<TArguments, TResult>(
    Durability durability, TArguments arguments, Func<JournalTransaction, TArguments, TResult> apply)
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously), IJournalWrite
{
    private TResult? _result;

    public Durability Durability => durability;

    public void Apply(JournalTransaction transaction) => _result = apply(transaction, arguments);

    public void Succeed() => SetResult(_result!);

    public void Fail(Exception exception) => TrySetException(exception);
}

/// <summary>Asks for the write-ahead log to be emptied into the file; runs between transactions.</summary>
internal sealed class CheckpointRequest() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously), IJournalEntry
{
    public void Fail(Exception exception) => TrySetException(exception);
}

/// <summary>Asks whether something can be written; runs between transactions, as a small one of its own.</summary>
internal sealed class ProbeRequest() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously), IJournalEntry
{
    public void Fail(Exception exception) => TrySetException(exception);
}

/// <summary>Asks for free pages to be given back to the file system; runs between transactions, some pages at a time. Its result is how many there were.</summary>
internal sealed class VacuumRequest() : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously), IJournalEntry
{
    /// <summary>How many were given back so far.</summary>
    public long Pages { get; set; }

    public void Fail(Exception exception) => TrySetException(exception);
}
