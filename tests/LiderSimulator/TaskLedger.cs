using System.Text.Json;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator;

/// <summary>
/// The tables <c>c_command_execution</c> and <c>c_command_execution_result</c>: which task went to which agent, and what was
/// answered. Safe for use from several threads.
/// </summary>
/// <param name="timeProvider">Measures the row delay.</param>
public sealed class TaskLedger(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Agent, long TaskId), Execution> _rows = [];
    private readonly Dictionary<long, List<Execution>> _byTask = [];
    private readonly HashSet<(string Agent, string StanzaId)> _stanzas = [];
    private readonly Signal _changed = new(timeProvider);
    private int _finalAnswers;
    private int _tooEarly;
    private int _retransmissions;
    private int _repeated;

    /// <summary>Tasks (of one agent each) that have a final answer.</summary>
    public int AnsweredTasks
    {
        get
        {
            lock (_gate)
            {
                return _finalAnswers;
            }
        }
    }

    /// <summary>TASK_STATUS that came before the task's row existed: lost, as on the real server (LP 2.2.1).</summary>
    public int AnsweredTooEarly
    {
        get
        {
            lock (_gate)
            {
                return _tooEarly;
            }
        }
    }

    /// <summary>Stanzas that came a second time with the same id.</summary>
    public int Retransmissions
    {
        get
        {
            lock (_gate)
            {
                return _retransmissions;
            }
        }
    }

    /// <summary>Final answers, in stanzas of their own, to tasks without a schedule that had been answered already.</summary>
    public int RepeatedAnswers
    {
        get
        {
            lock (_gate)
            {
                return _repeated;
            }
        }
    }

    /// <summary>All tasks, in the order of sending.</summary>
    public IReadOnlyList<SentTask> Tasks
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows.Values.Select(row => row.Snapshot())];
            }
        }
    }

    /// <summary>The task as it stands for an agent (any agent when null), or <see langword="null"/>.</summary>
    public SentTask? Find(long taskId, string? agent = null)
    {
        lock (_gate)
        {
            return Row(taskId, agent)?.Snapshot();
        }
    }

    /// <summary>Tasks without a final answer.</summary>
    public IReadOnlyList<SentTask> Unanswered()
    {
        lock (_gate)
        {
            return [.. _rows.Values.Where(row => row.Final is null).Select(row => row.Snapshot())];
        }
    }

    /// <summary>Waits for the first final answer to a task.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public Task<TaskAnswer> WaitForAnswerAsync(long taskId, TimeSpan timeout, string? agent = null, CancellationToken cancellationToken = default) =>
        _changed.WaitAsync(
            () =>
            {
                lock (_gate)
                {
                    return Row(taskId, agent)?.Final;
                }
            },
            timeout,
            () => $"no final answer to task {taskId}",
            cancellationToken);

    /// <summary>Waits for a later final answer to a task: one of a scheduled run, or the result of one that was answered for want of its plugin.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="count">Which one, from 1.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public Task<TaskAnswer> WaitForFinalAnswerAsync(long taskId, int count, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _changed.WaitAsync(
            () => Find(taskId)?.Answers.Where(answer => answer.IsFinal).Skip(count - 1).FirstOrDefault(),
            timeout,
            () => $"no final answer number {count} to task {taskId}",
            cancellationToken);

    /// <summary>Waits until so many tasks have a final answer.</summary>
    /// <exception cref="TimeoutException">Not so many in time.</exception>
    public async Task WaitForAnswersAsync(int count, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await _changed.WaitAsync(
            () => AnsweredTasks >= count ? this : null, timeout, () => $"only {AnsweredTasks} of {count} tasks answered", cancellationToken);

    /// <summary>Waits until each of the tasks has a final answer (from any agent).</summary>
    /// <exception cref="TimeoutException">Some had none in time; the message names the first of them.</exception>
    public async Task WaitForAnswersAsync(IEnumerable<long> taskIds, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var open = new Queue<long>(taskIds);
        await _changed.WaitAsync(
            () =>
            {
                // Only up to the first open one: with thousands of tasks, looking at all of them at each answer would cost their square.
                while (open.TryPeek(out var taskId) && IsAnswered(taskId))
                {
                    open.Dequeue();
                }

                return open.Count == 0 ? this : null;
            },
            timeout,
            () =>
            {
                var missing = open.Where(taskId => !IsAnswered(taskId)).Order().ToList();
                return $"{missing.Count} tasks not answered: {string.Join(", ", missing.Take(10))}";
            },
            cancellationToken);
    }

    /// <summary>Notes a task before it is sent; until <see cref="MarkSent"/> its row does not exist for answers when there is a row delay.</summary>
    internal SentTask Add(string agent, TaskOrder order, string body, TimeSpan rowDelay)
    {
        lock (_gate)
        {
            var row = new Execution(agent, order.TaskId, body, order.Cron is not null)
            {
                SentAt = timeProvider.GetUtcNow(),
                ExistsFrom = rowDelay > TimeSpan.Zero ? long.MaxValue : long.MinValue,
            };
            if (!_rows.TryAdd((agent, order.TaskId), row))
            {
                throw new ArgumentException($"Task {order.TaskId} was already sent to {agent}.", nameof(order));
            }

            if (!_byTask.TryGetValue(order.TaskId, out var rows))
            {
                _byTask[order.TaskId] = rows = [];
            }

            rows.Add(row);
            return row.Snapshot();
        }
    }

    /// <summary>The message left; the row comes into being after the delay.</summary>
    internal void MarkSent(string agent, long taskId, TimeSpan rowDelay)
    {
        lock (_gate)
        {
            var row = _rows[(agent, taskId)];
            row.Sends++;
            if (row.ExistsFrom == long.MaxValue)
            {
                row.ExistsFrom = timeProvider.GetTimestamp() + (long)(rowDelay.TotalSeconds * timeProvider.TimestampFrequency);
            }
        }
    }

    /// <summary>Stores an answer; returns why the server would have ignored it, or <see langword="null"/>.</summary>
    internal string? Record(long taskId, string agent, string? stanzaId, string code, string? message, JsonElement? data)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue((agent, taskId), out var row))
            {
                return $"no task {taskId} was sent to {agent}";
            }

            if (timeProvider.GetTimestamp() < row.ExistsFrom)
            {
                row.TooEarly++;
                _tooEarly++;
                return $"task {taskId} was answered before its row existed";
            }

            if (stanzaId is not null && !_stanzas.Add((agent, stanzaId)))
            {
                row.Retransmissions++;
                _retransmissions++;
                return null;
            }

            var answer = new TaskAnswer(taskId, agent, stanzaId, code, message, data, timeProvider.GetUtcNow());
            row.Answers.Add(answer);
            if (answer.IsFinal && row.Final is null)
            {
                row.Final = answer;
                _finalAnswers++;
            }
            else if (answer.IsFinal && !row.IsScheduled)
            {
                _repeated++;
            }
        }

        _changed.Raise();
        return null;
    }

    private bool IsAnswered(long taskId)
    {
        lock (_gate)
        {
            return Row(taskId, null)?.Final is not null;
        }
    }

    private Execution? Row(long taskId, string? agent) =>
        agent is not null ? _rows.GetValueOrDefault((agent, taskId))
        : _byTask.TryGetValue(taskId, out var rows) ? rows.FirstOrDefault(row => row.Final is not null) ?? rows[0]
        : null;

    private sealed class Execution(string agent, long taskId, string body, bool isScheduled)
    {
        public bool IsScheduled => isScheduled;

        public DateTimeOffset SentAt { get; init; }

        /// <summary>Timestamp of the time provider.</summary>
        public long ExistsFrom { get; set; }

        public int Sends { get; set; }

        public int Retransmissions { get; set; }

        public int TooEarly { get; set; }

        public List<TaskAnswer> Answers { get; } = [];

        public TaskAnswer? Final { get; set; }

        public SentTask Snapshot() => new()
        {
            TaskId = taskId,
            Agent = agent,
            Body = body,
            Sends = Sends,
            SentAt = SentAt,
            Answers = [.. Answers],
            Retransmissions = Retransmissions,
            AnsweredTooEarly = TooEarly,
        };
    }
}
